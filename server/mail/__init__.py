"""Adapter: brand and template to mail."""
