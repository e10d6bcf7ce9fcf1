"""One more reader for a letter that was sent, by a grant of its sender."""
