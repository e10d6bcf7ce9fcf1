"""Signing a statement for a managed sender."""
