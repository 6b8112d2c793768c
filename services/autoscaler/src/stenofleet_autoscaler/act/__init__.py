"""What is done about a decision: Kubernetes' objects, and control messages to workers."""
