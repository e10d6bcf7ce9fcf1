"""What the send guard in Outlook holds back: the firm's rules."""
