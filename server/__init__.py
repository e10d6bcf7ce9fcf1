"""Letterlock: confidential mail for professional firms."""
