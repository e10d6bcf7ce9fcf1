"""Stationery: templates of letters, signatures and the firm's line."""
