"""Commands of the command line, a module each: `add(commands)` and what it runs."""
