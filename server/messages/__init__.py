"""Threads and their entries: confidential messages, sealed where they were written."""
