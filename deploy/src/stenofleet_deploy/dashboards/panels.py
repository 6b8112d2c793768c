"""What all dashboards share: a data source, variables, links and the look of a panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from grafana_foundation_sdk.builders import dashboard, prometheus, timeseries
from grafana_foundation_sdk.models.dashboard import (
    AnnotationContainer,
    AnnotationQuery,
    DashboardLinkType,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
    VariableOption,
)
from grafana_foundation_sdk.models.dashboard import Dashboard as Model

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${source}")
TAG: Final = "stenofleet"
HEIGHT: Final = 8
HALF: Final = 12
"""Of the grid's 24 columns: two panels a row."""

RATE: Final = "$__rate_interval"
POOLS: Final = 'namespace=~"$namespace",pool=~"$pool"'
NAMESPACE: Final = 'namespace=~"$namespace"'


@dataclass(frozen=True)
class Graph:
    """A panel with lines over time.

    Attributes:
        title: what is seen.
        description: how to read it, and what to do about it.
        unit: one of Grafana's, as ``s``, ``short``, ``percentunit`` or ``bytes``.
        queries: PromQL by the legend of its lines.
        limits: values from which on it is yellow, then red.
    """

    title: str
    description: str
    unit: str
    queries: Mapping[str, str]
    limits: Sequence[float] = ()


@dataclass(frozen=True)
class Board:
    """A dashboard.

    Attributes:
        uid: its stable address, also its file's name.
        title: in Grafana's list.
        description: what it answers.
        graphs: its panels, in order.
        per_pool: whether it is filtered by pools.
        decisions: whether the operator's decisions are drawn into it.
    """

    uid: str
    title: str
    description: str
    graphs: Sequence[Graph]
    per_pool: bool = False
    decisions: bool = False
    tags: tuple[str, ...] = field(default=(TAG,))


def built(board: Board) -> Model:
    """The dashboard as Grafana imports it."""
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags(list(board.tags))
        .readonly()
        .refresh("10s")
        .time("now-1h", "now")
        .link(_links())
        .with_variable(dashboard.DatasourceVariable("source").type("prometheus"))
        .with_variable(_variable("namespace", "stenofleet_pool_broker_up"))
    )
    if board.per_pool:
        known = 'stenofleet_pool_broker_up{namespace=~"$namespace"}'
        made = made.with_variable(_variable("pool", known))
    for graph in board.graphs:
        made = made.with_panel(_panel(graph))
    model = made.build()
    if board.decisions:
        model.annotations = AnnotationContainer(list_val=[_decisions()])
    return model


def _panel(graph: Graph) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(graph.title)
        .description(graph.description)
        .datasource(SOURCE)
        .unit(graph.unit)
        .min(0)
        .height(HEIGHT)
        .span(HALF)
        .thresholds(_thresholds(graph.limits))
    )
    for legend, query in graph.queries.items():
        panel = panel.with_target(prometheus.Dataquery().expr(query).legend_format(legend))
    return panel


def _thresholds(limits: Sequence[float]) -> dashboard.ThresholdsConfig:
    colours = ("yellow", "red") if len(limits) > 1 else ("red",)
    steps = [Threshold(value=None, color="green")]
    steps += [
        Threshold(value=at, color=colour) for at, colour in zip(limits, colours, strict=False)
    ]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _variable(name: str, metric: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .datasource(SOURCE)
        .query(f"label_values({metric}, {name})")
        .current(VariableOption(text="All", value="$__all"))
        .include_all(True)  # noqa: FBT003 - the builder's own
        .all_value(".*")
        .multi(True)  # noqa: FBT003 - the builder's own
    )


def _links() -> dashboard.DashboardLink:
    """To all the others, with what was chosen and the time that is looked at."""
    return (
        dashboard.DashboardLink("Stenofleet")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .include_vars(True)  # noqa: FBT003 - the builder's own
        .keep_time(True)  # noqa: FBT003 - the builder's own
    )


def _decisions() -> AnnotationQuery:
    """Why a pool has its size: a mark where another reason began to stand."""
    stands = f"stenofleet_pool_decision_info{{{POOLS}}}"
    return AnnotationQuery(
        name="Decisions",
        datasource=SOURCE,
        enable=True,
        icon_color="blue",
        expr=f"{stands} unless {stands} offset 30s",
    )
