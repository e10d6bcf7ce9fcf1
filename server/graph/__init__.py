"""Adapter: Microsoft Entra and Microsoft Graph."""
