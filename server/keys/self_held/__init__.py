"""Keys that their owners hold themselves: enrolment, keyslots, proofs (docs/spec/enrolment.md)."""
