"""Adapter: ciphertext blobs, through obstore."""
