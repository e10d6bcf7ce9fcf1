"""Notices that came back: reports in a mailbox become states."""
