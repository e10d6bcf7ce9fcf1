"""What a sender does with a letter after it was sent: tell a reader again, add one, recall it."""
