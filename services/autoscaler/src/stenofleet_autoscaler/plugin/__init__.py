"""``kubectl stenofleet``: pools told, explained and held from a person's own machine."""
