"""The panes that were paired: listed, given their share, removed."""
