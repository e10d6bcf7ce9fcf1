"""Taking a letter back: envelopes go, the sender's copy and the record stay."""
