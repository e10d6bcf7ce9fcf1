"""Reading a message: the page's facts, the one envelope asked for, the objects."""
