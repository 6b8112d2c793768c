"""What is there: the broker's queues, the workers' heartbeats, the pods."""
