"""A new key in the place of one that its owner still has."""
