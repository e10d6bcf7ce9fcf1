"""Passkeys: how a person signs in without a code, and with what her keyslots may be sealed."""
