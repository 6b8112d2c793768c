"""A pool against recorded or generated work, in simulated time: ours, KEDA, the HPA, an oracle."""
