"""A POST that comes twice is done once."""
