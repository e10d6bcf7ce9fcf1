"""How many codes an address has, and who may begin the count anew."""
