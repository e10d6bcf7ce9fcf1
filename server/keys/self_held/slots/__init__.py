"""Keyslots as the server keeps them."""
