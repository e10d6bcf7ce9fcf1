"""Becoming self-held: a new identity, proved before the old one leaves custody."""
