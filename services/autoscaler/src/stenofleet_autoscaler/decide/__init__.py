"""From what is seen to what is to be done: pure, and it knows neither Redis nor Kubernetes."""

from stenofleet_autoscaler.decide.decision import Decision, Step
from stenofleet_autoscaler.decide.policy import Policy

__all__ = ["Decision", "Policy", "Step"]
