"""The Outlook window: pages, and the calls that only these pages make."""
