"""Objects of a message that is being written: put whole, or in parts over a bad line."""
