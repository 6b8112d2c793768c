"""The kinds of objects that the operator watches."""

from dataclasses import dataclass

GROUP, VERSION, PLURAL = "stenofleet.io", "v1alpha1", "workerpools"


@dataclass(frozen=True)
class Kind:
    """A kind of the API server.

    Attributes:
        name: as objects name it.
        group: empty for the core.
        plural: as paths name it.
        is_optional: the operator does without it where it does not exist or may not be read.
    """

    name: str
    group: str
    version: str
    plural: str
    is_optional: bool = False


POOLS = Kind("WorkerPool", GROUP, VERSION, PLURAL)
DEPLOYMENTS = Kind("Deployment", "apps", "v1", "deployments")
STATEFUL_SETS = Kind("StatefulSet", "apps", "v1", "statefulsets")
PODS = Kind("Pod", "", "v1", "pods")
HPAS = Kind(
    "HorizontalPodAutoscaler", "autoscaling", "v2", "horizontalpodautoscalers", is_optional=True
)
SCALED_OBJECTS = Kind("ScaledObject", "keda.sh", "v1alpha1", "scaledobjects", is_optional=True)

WATCHED = (POOLS, DEPLOYMENTS, STATEFUL_SETS, PODS, HPAS, SCALED_OBJECTS)
TARGETS = {kind.name: kind for kind in (DEPLOYMENTS, STATEFUL_SETS)}
SCALERS = (HPAS, SCALED_OBJECTS)
