"""What a browser posts of a new identity, as far as the server can see."""
