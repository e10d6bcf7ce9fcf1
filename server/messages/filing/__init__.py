"""Filing: an ordinary mail of a colleague's mailbox, sealed into the firm's record."""
