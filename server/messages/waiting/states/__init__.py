"""How far a reader's waiting is."""
