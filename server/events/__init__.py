"""Deliveries: one event to one person on one channel. Later: showing and chaining the log."""
