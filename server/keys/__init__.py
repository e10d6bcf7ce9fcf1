"""The key directory and the managed custody of keys."""
