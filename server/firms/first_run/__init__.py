"""A firm's first run: the operator's link, the answers of its admin, and the moment it opens."""
