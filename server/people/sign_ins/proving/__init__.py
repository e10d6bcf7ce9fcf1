"""Fresh codes: a session proves again that it reads the mailbox, before a key is changed."""
