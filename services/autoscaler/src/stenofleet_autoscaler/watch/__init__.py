"""What the API server shows of pools, targets and pods: watched, listed now and then, trimmed."""
