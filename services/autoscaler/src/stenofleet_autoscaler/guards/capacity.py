"""Whether the cluster has room for what the pool wants."""

from collections.abc import Iterable

from stenofleet_autoscaler.decide.levers import UNSCHEDULABLE
from stenofleet_autoscaler.model import Pod
from stenofleet_autoscaler.status import Condition

TYPE = "CapacityLimited"


def condition(pods: Iterable[Pod], wanted: int | None, slots: int | None = None) -> Condition:
    """What is wanted and finds no room.

    Args:
        pods: the pool's pods.
        wanted: pods that were decided on; None when nothing was.
        slots: concurrency of a pod that was decided on; None when it is left as it is.
    """
    there = list(pods)
    homeless = sum(pod.trouble == UNSCHEDULABLE for pod in there)
    if wanted is not None and homeless and sum(pod.ready for pod in there) < wanted:
        note = f"{homeless} of {wanted} wanted pods find no node: no pod is added until they do"
        return Condition(TYPE, "True", UNSCHEDULABLE, note)
    narrow = sorted(pod.name for pod in there if _is_narrow(pod, slots))
    if narrow:
        note = f"the node of pod {narrow[0]} has no room for {slots} slots; it stays at what fits"
        return Condition(TYPE, "True", "NodeFull", note)
    return Condition(TYPE, "False", "EnoughRoom", "every wanted pod and slot finds room")


def _is_narrow(pod: Pod, slots: int | None) -> bool:
    return slots is not None and pod.most_slots is not None and pod.most_slots < slots
