"""How persons sign in: codes by mail and sessions for clients, Entra token caches for staff."""
