"""Sending: accept a sealed message, and tell its readers by one mail."""
