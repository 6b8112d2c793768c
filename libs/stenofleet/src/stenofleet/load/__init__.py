"""What ``stenofleet load-test`` does: many sessions at once, and what became of them."""
