"""Whether a letter is of the least level that its firm allows."""
