"""Sealing, signing and custody: bytes in, values or errors out. Specs: docs/spec/."""
