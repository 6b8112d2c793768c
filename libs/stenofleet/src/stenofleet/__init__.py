"""What more than one Stenofleet service knows."""
