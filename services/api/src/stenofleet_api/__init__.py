"""The HTTP API of Stenofleet."""
