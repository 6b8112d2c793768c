"""A one-node Kubernetes for machines without Docker, from pinned Go modules."""
