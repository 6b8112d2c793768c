"""The operator's and celery-exporter's own page, of one Redis, one worker and the same tasks."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.api_server import ApiServer, secret
from support.celery_exporter import SCRAPE_SECONDS, celery_exporter
from support.celery_shop import NODE, PREFIX, Shop
from support.kube_shop import ONE_SLOT, KubeShop
from support.operator_process import operator
from support.servers import until

Series = tuple[str, frozenset[tuple[str, str]]]
Values = tuple[float | None, float | None]
"""Ours and celery-exporter's."""

HOST = NODE.rpartition("@")[2]
LABELS = {"app": "workers"}
SECONDS = 150.0
ODD = {"oddly": True}


def series(metric: str, /, **labels: str) -> Series:
    return f"celery_{metric}", frozenset(labels.items())


WAITING = 3
BY_DESIGN: Mapping[Series, Values] = {
    # Its three tasks have three priorities, and celery-exporter reads one of the lists.
    series("queue_length", queue_name="mail"): (WAITING, 1.0),
    # Celery tells no processes of a pool of threads.
    series("active_process_count", queue_name="mail"): (1.0, 0.0),
    series("active_process_count", queue_name="reports"): (1.0, 0.0),
}
GONE: Mapping[Series, Values] = {
    # Who is gone has no series here; celery-exporter has one for ten minutes more.
    series("worker_up", hostname=HOST): (None, 0.0),
    series("worker_tasks_active", hostname=HOST): (None, 0.0),
}
NEVER_OF_REDIS = "celery_active_consumer_count"
"""celery-exporter names it, and has no series of it unless the broker is RabbitMQ."""


@dataclass(frozen=True)
class Page:
    """What stands under Celery's names: types by family, and values."""

    types: dict[str, str] = field(default_factory=dict)
    values: dict[Series, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Both:
    """The URLs of both."""

    ours: str
    theirs: str

    def pages(self) -> tuple[Page, Page]:
        return page(self.ours), page(self.theirs)

    def differences(self) -> dict[Series, Values]:
        ours, theirs = (each.values for each in self.pages())
        values = {key: (ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys()}
        return {key: (one, other) for key, (one, other) in values.items() if one != other}

    def come_to_differ(self, by: Mapping[Series, Values]) -> None:
        """Both hear of the same events, but not at the same moment."""
        try:
            until(lambda: self.differences() == by, "both to tell the same", SECONDS)
        except TimeoutError:
            assert self.differences() == by


def page(url: str) -> Page:
    """Without when a series began, which celery-exporter tells as a gauge of its own."""
    found = Page()
    text = httpx.get(url, timeout=SCRAPE_SECONDS).text
    for family in text_string_to_metric_families(text):
        if family.name.startswith("celery_") and not family.name.endswith("_created"):
            found.types[family.name] = family.type
            for each in family.samples:
                found.values[each.name, frozenset(each.labels.items())] = each.value
    return found


@pytest.fixture
def both(api_server: ApiServer, namespace: str, shop: Shop, tmp_path: Path) -> Iterator[Both]:
    """An operator with a pool of one pod, which is the shop's worker, and celery-exporter."""
    make_pool(KubeShop(api_server, namespace), shop)
    with (
        operator(api_server, tmp_path, namespace, celery_exporter="true") as (_, port),
        celery_exporter(shop.url, tmp_path, PREFIX) as theirs,
    ):
        shop.start_worker("-P", "custom", "-E")
        found = Both(f"http://127.0.0.1:{port}/metrics", theirs)
        until(lambda: both_have_heard(found), "both to hear the worker", SECONDS)
        yield found


def make_pool(kube: KubeShop, shop: Shop) -> None:
    """With what the worker has, so that nothing is resized meanwhile."""
    kube.make("secrets", secret("broker", url=shop.url))
    template = {
        "metadata": {"labels": LABELS},
        "spec": {"containers": [{"name": "worker", "image": "worker"}]},
    }
    workers = {"replicas": 1, "selector": {"matchLabels": LABELS}, "template": template}
    metadata = {"name": "workers"}
    kube.make("deployments", {"metadata": metadata, "spec": workers}, "apis/apps/v1")
    kube.make_pod(labels=LABELS)
    kube.node_gives(ONE_SLOT, type="Ready", status="True")
    pool = {
        "targetRef": {"kind": "Deployment", "name": "workers"},
        "broker": {"urlSecretRef": {"name": "broker", "key": "url"}, "keyPrefix": PREFIX},
        "demand": {"queues": ["mail", "reports"]},
        "minReplicas": 1,
        "maxReplicas": 1,
        "concurrency": {"min": 1, "max": 1},
    }
    kind = {"apiVersion": "stenofleet.io/v1alpha1", "kind": "WorkerPool", "metadata": metadata}
    kube.make("workerpools", {**kind, "spec": pool}, "apis/stenofleet.io/v1alpha1")


def both_have_heard(both: Both) -> bool:
    up = series("worker_up", hostname=HOST)
    try:
        return all(each.values.get(up) == 1.0 for each in both.pages())
    except httpx.TransportError:  # the operator has only begun to start
        return False


def send_one_of_each_end(shop: Shop) -> None:
    """Tasks that succeed, fail in two ways, are retried, rejected and revoked."""
    app = shop.app
    app.conf.task_send_sent_event = True
    revoked = uuid.uuid4().hex
    # The worker must know of it before the task comes.
    assert app.control.revoke(revoked, reply=True, limit=1, timeout=60)
    app.send_task("until_exists", ["/"], queue="mail", task_id=revoked)
    for name, queue in (("retries", "mail"), ("rejects", "mail"), ("fails", "reports")):
        app.send_task(name, queue=queue)
    app.send_task("fails", kwargs=ODD, queue="reports")
    for _ in range(3):
        app.send_task("until_exists", ["/"], queue="mail")


def test_celery_exporter_tells_the_same_but_for_what_is_other_by_design(
    both: Both, shop: Shop
) -> None:
    send_one_of_each_end(shop)
    both.come_to_differ(only_in_processes())
    gate = shop.send("held")
    for priority in (0, 3, 9):
        shop.send("held", priority=priority)
    both.come_to_differ(BY_DESIGN)

    ours, theirs = both.pages()
    assert theirs.types.keys() - ours.types.keys() == {NEVER_OF_REDIS}
    assert not any(name == NEVER_OF_REDIS for name, _ in theirs.values)
    assert {name: theirs.types[name] for name in ours.types} == ours.types
    assert_each_end_was_counted(ours)

    gate.touch()
    both.come_to_differ(only_in_processes())
    shop.end_worker()
    both.come_to_differ(GONE)


def only_in_processes() -> dict[Series, Values]:
    return {key: values for key, values in BY_DESIGN.items() if "process" in key[0]}


def assert_each_end_was_counted(page: Page) -> None:
    """Two pages without anything would be the same, too."""

    def value(end: str, task: str, queue: str, **more: str) -> float | None:
        labels = {"name": task, "queue_name": queue, "hostname": HOST, **more}
        return page.values.get(series(f"task_{end}", **labels))

    assert value("succeeded_total", "until_exists", "mail") == 3.0
    assert value("runtime_count", "until_exists", "mail") == 3.0
    assert value("retried_total", "retries", "mail") == 1.0
    assert value("rejected_total", "rejects", "mail") == 1.0
    assert value("failed_total", "fails", "reports", exception="ValueError") == 1.0
    assert value("failed_total", "fails", "reports", exception="UnknownException") == 1.0
    for end in ("sent", "revoked"):
        assert any(each == f"celery_task_{end}_total" for (each, _), n in page.values.items() if n)
