"""What a WorkerPool asks for, typed. The API server has checked it; defaults are its own."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from stenofleet.broker.keys import PRIORITY_STEPS, SEPARATOR

from stenofleet_autoscaler.durations import seconds

Seconds = Annotated[float, BeforeValidator(seconds)]
Quantities = dict[str, Annotated[str, BeforeValidator(str)]]
"""By resource, as Kubernetes writes them; a whole number may stand there without quotes."""


class SpecError(Exception):
    """A WorkerPool that the API server accepted and the operator cannot read."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, populate_by_name=True)


class TargetRef(_Part):
    """The workers to size, in the pool's own namespace."""

    kind: Literal["Deployment", "StatefulSet"]
    name: str


class SecretRef(_Part):
    """One key of a Secret in the pool's own namespace."""

    name: str
    key: str


class Sentinel(_Part):
    """What a ``sentinel://`` URL leaves open."""

    master_name: str
    password_secret_ref: SecretRef | None = None


class BrokerSpec(_Part):
    """Where the workers' messages are."""

    url_secret_ref: SecretRef
    ca_secret_ref: SecretRef | None = None
    sentinel: Sentinel | None = None
    key_prefix: str = ""
    priority_separator: str = SEPARATOR
    priority_step_values: tuple[int, ...] = PRIORITY_STEPS
    visibility_timeout: Seconds = 3600.0


class ListSpec(_Part):
    """A plain Redis list that feeds tasks of the pool's queues."""

    key: str
    items_per_task: int


class Demand(_Part):
    """What counts as work for this pool."""

    queues: tuple[str, ...] = ()
    lists: tuple[ListSpec, ...] = ()


class Concurrency(_Part):
    """Bounds of the tasks that one pod runs at a time."""

    min: int
    max: int


class Objective(_Part):
    """What the size is for: one of the two."""

    queue_wait: Seconds | None = None
    backlog_per_slot: int | None = None


class Step(_Part):
    """How many pods may come or go within one window: a number, or percent of what is there."""

    pods: int | None = None
    percent: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        """``4`` and ``"4"`` are pods, ``"50%"`` is percent."""
        if isinstance(value, str) and value.removesuffix("%").isdigit():
            number = int(value.removesuffix("%"))
            return {"percent": number} if value.endswith("%") else {"pods": number}
        return {"pods": value} if isinstance(value, int) else value


class ScaleUp(_Part):
    """How fast the pool may grow."""

    stabilization_window: Seconds = 0.0
    max_step: Step | None = None


class ScaleDown(_Part):
    """How fast the pool may shrink."""

    stabilization_window: Seconds = 60.0
    max_step: Step | None = None
    drain_timeout: Seconds = 3600.0


class Behavior(_Part):
    """How fast the size may change."""

    scale_up: ScaleUp = ScaleUp()
    scale_down: ScaleDown = ScaleDown()


class Resources(_Part):
    """What a container asks for and may use: quantities by resource, as Kubernetes writes them."""

    requests: Quantities = {}
    limits: Quantities = {}


class SlotResources(_Part):
    """The resources of a worker's container: ``base``, and ``per_slot`` for each slot."""

    container: str
    base: Resources = Resources()
    per_slot: Resources = Resources()


class Fallback(_Part):
    """What to have when the broker has been silent for long."""

    after: Seconds
    replicas: int


class PoolSpec(_Part):
    """A WorkerPool's spec."""

    target_ref: TargetRef
    broker: BrokerSpec
    demand: Demand
    replicas: int = 0
    min_replicas: int = 0
    max_replicas: int
    concurrency: Concurrency
    resources: SlotResources | None = None
    objective: Objective = Objective(backlog_per_slot=1)
    behavior: Behavior = Behavior()
    manual_hold: Seconds = 600.0
    fallback: Fallback | None = None
    mode: Literal["Active", "DryRun", "Paused"] = Field("Active")

    @classmethod
    def parse(cls, spec: Any) -> "PoolSpec":
        """The spec of a WorkerPool object.

        Raises:
            SpecError: with the field and what was expected of it.
        """
        try:
            return cls.model_validate(spec)
        except ValidationError as error:
            raise SpecError("; ".join(_sentence(each) for each in error.errors())) from None


def _sentence(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    return f"spec.{field}: {error['msg'].removeprefix('Value error, ')}"
