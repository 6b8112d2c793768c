"""What the operator learns of a pool by watching it. Pure: no Redis, no Kubernetes."""

from stenofleet_autoscaler.learn.boot import Boots
from stenofleet_autoscaler.learn.durations import Durations
from stenofleet_autoscaler.learn.knee import Knee
from stenofleet_autoscaler.learn.learned import Learned
from stenofleet_autoscaler.learn.memory import Memory
from stenofleet_autoscaler.learn.pace import Arrivals

__all__ = ["Arrivals", "Boots", "Durations", "Knee", "Learned", "Memory"]
