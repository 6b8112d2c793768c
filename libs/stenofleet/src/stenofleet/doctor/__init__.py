"""What ``stenofleet doctor`` looks at: the usual faults of an installation, each with its fix."""
