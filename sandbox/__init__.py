"""A small Microsoft 365 on your own machine: Entra sign-in, Graph mail, an Outlook window.

It stands alone: it imports nothing of Letterlock, and Letterlock reaches it over HTTP only.
What it proves, and each known difference from Microsoft's: docs/sandbox.md.
"""
