"""Persons, their two sign-ins (staff by Entra, clients by a code sent by mail) and sessions."""
