"""What the advice in the pane is told by the firm: its words, its hours, which rules it wants."""
