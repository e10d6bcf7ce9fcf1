"""Why a reader cannot open a letter: how far each of them came, for its sender. No content."""
