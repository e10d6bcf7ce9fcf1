"""Parts of a message that is being written: its objects and its draft."""
