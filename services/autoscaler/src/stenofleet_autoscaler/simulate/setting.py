"""What a simulation assumes of the cluster and of the pool."""

from dataclasses import dataclass

from stenofleet_autoscaler.spec import PoolSpec


@dataclass(frozen=True)
class Setting:
    """The surroundings, the same for every policy.

    Attributes:
        most_pods: the pool's maximum.
        slots: tasks at a time in a pod, at most; pools other than ours have just so many.
        fewest_slots: what ours starts a pod with, and goes down to.
        objective: longest wait wanted, in seconds.
        quiet: ours: the scale-down window, in seconds.
        boot: from a pod's creation to its readiness, in seconds; 1.9 was measured for a plain
            Celery worker whose image is there.
        grace: from SIGTERM to SIGKILL, in seconds.
        exit: from SIGTERM, or the end of its last task after it, to the end of a worker.
        visibility_timeout: after which a dead worker's message is given back, in seconds.
        react: from a patch of `replicas` to the pods' creation or deletion, in seconds: the
            Deployment's and the ReplicaSet's controllers.
        pods: ready pods at the beginning.
        seed: for what is random in a cluster: UIDs, and when heartbeats and clocks tick.
    """

    most_pods: int = 8
    slots: int = 2
    fewest_slots: int = 1
    objective: float = 30.0
    quiet: float = 30.0
    boot: float = 2.0
    grace: float = 30.0
    exit: float = 0.5
    visibility_timeout: float = 3600.0
    react: float = 0.2
    pods: int = 0
    seed: int = 1

    def spec(self) -> PoolSpec:
        """The WorkerPool of these surroundings."""
        return PoolSpec.parse(
            {
                "targetRef": {"kind": "Deployment", "name": "simulated"},
                "broker": {
                    "urlSecretRef": {"name": "simulated", "key": "url"},
                    "visibilityTimeout": _text(self.visibility_timeout),
                },
                "demand": {"queues": ["simulated"]},
                "minReplicas": 0,
                "maxReplicas": self.most_pods,
                "concurrency": {"min": self.fewest_slots, "max": self.slots},
                "objective": {"queueWait": _text(self.objective)},
                "behavior": {"scaleDown": {"stabilizationWindow": _text(self.quiet)}},
            }
        )


def _text(seconds: float) -> str:
    return f"{round(seconds)}s"
