"""How many workers a load needs: by the guide's rule, and by queueing theory."""
