"""What becomes of a message's notice after it was accepted, and what its sender is asked."""
