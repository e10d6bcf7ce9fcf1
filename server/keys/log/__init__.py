"""The key log: every change of a person's keys, in order, for everybody to check."""
