"""The least level of a firm's letters."""
