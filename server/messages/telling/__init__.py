"""Mail about a letter to one reader: its notice once more, and that it was recalled."""
