"""Mailboxes and the post between them; knows neither Graph nor pages."""
