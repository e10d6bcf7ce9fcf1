"""The key log: hashes, proofs, tiles, notes, checkpoints, events and answers. docs/spec/log.md."""
