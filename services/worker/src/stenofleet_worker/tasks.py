"""The tasks, by the names of `stenofleet.contracts.tasks`."""
