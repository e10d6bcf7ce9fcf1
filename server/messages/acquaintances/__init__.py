"""Whom somebody may want to write to: her colleagues, and those to whom she has written."""
