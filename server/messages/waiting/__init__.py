"""Letters that wait until a reader holds a key of her own."""
