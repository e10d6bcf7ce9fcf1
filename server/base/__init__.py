"""What every slice stands on: settings, database, errors, events, outbox, HTTP helpers."""
