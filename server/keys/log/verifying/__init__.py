"""The whole key log, read again from its entries."""
