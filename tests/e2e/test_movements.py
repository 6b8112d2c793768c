"""Movements through a whole release, while its writers are killed and its servers restart.

A short form here; `make campaign-movements` sends a million and stays idle for ten minutes.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from support import evidence, written
from support.camera import REFUSED, Camera
from support.fleet import Fleet, eventually, killed
from support.movements_sent import LOGS

EVENTS = int(os.environ.get("EVENTS", "20000"))
IDLE_SECONDS = int(os.environ.get("IDLE_SECONDS", "20"))
SEED = int(os.environ.get("SEED", str(random.randrange(10_000))))  # noqa: S311 - no secret
SECONDS = max(40.0, EVENTS / 20_000)
"""Over which the events are sent, if they are taken as fast."""

PAUSE_SECONDS = (2.0, 5.0)
DONE_SECONDS = 180 + EVENTS / 1_000
ASLEEP_SECONDS = 240

POOL = "stenofleet-logs"
WORKER = "worker-logs"
DEPLOYMENT = f"stenofleet-{WORKER}"
SERVERS = ("redis", "postgresql")

MOST_PODS = 2
"""Of the release's pool, each with one task at a time."""


@dataclass
class Blows:
    """What befalls the release."""

    fleet: Fleet
    dice: random.Random
    kills: int = 0
    fallen: list[str] = field(default_factory=list)

    def first(self) -> Iterator[Callable[[], None]]:
        """A kill and a restart of each server: those that no run goes without."""
        yield lambda: print(eventually(self.kill, "a writer to kill", DONE_SECONDS), "killed")
        yield from (partial(self.restart, server) for server in SERVERS)

    def pause(self) -> None:
        time.sleep(self.dice.uniform(*PAUSE_SECONDS))

    def kill(self) -> int:
        """A writer that is at work, if any is, goes as when its machine loses power.

        Returns:
            How many were killed so far.
        """
        if ready := [pod for pod in self.fleet.pods(WORKER) if _is_ready(pod)]:
            victim = self.dice.choice(ready)
            self.kills += killed(victim)
            self._delete(victim["metadata"]["name"], "--grace-period=0", "--force")
        return self.kills

    def restart(self, server: str) -> None:
        """A server's pod goes, and its StatefulSet makes another one over the same volume."""
        self._delete(f"stenofleet-{server}-0")

    def _delete(self, pod: str, *words: str) -> None:
        self.fallen.append(f"{time.strftime('%H:%M:%S')} {pod}")
        options = ("--ignore-not-found", "--wait=false", *words)
        self.fleet.release.kubectl("delete", "pod", pod, *options)


@pytest.fixture
def fleet(awake_fleet: Fleet) -> Fleet:
    """The release, without any writer."""
    _wait_asleep(awake_fleet)
    return awake_fleet


@pytest.mark.timeout(SECONDS + 4 * DONE_SECONDS)
def test_each_accepted_event_is_in_the_table_once_or_in_the_dead_letters(fleet: Fleet) -> None:
    print(f"SEED={SEED} EVENTS={EVENTS}")
    blows = Blows(fleet, random.Random(SEED))  # noqa: S311
    camera, servers, begun = Camera(fleet.http), fleet.runs(*SERVERS), time.monotonic()
    with shown(camera, blows), refusing(fleet), fleet.history("deployment", DEPLOYMENT) as states:
        with camera.sending(EVENTS, SECONDS) as sending:
            with held(fleet):
                eventually(lambda: _wanted(fleet) >= MOST_PODS, "all pods to be wanted", 180)
            for strike in blows.first():
                blows.pause()
                strike()
            while not sending.done():
                blows.pause()
                blows.kill()
        sending.result()
        sent = time.monotonic() - begun
        for server in SERVERS:
            _wait_ready(fleet, server)
        eventually(lambda: written.count(fleet) >= EVENTS, "all to be written", DONE_SECONDS)
        done = time.monotonic() - begun
        _wait_asleep(fleet)
        sizes = [state["spec"]["replicas"] for state in states()]
        found = written.read(fleet)

        assert found.faults(camera.accepted) == {}
        assert len(camera.accepted) == EVENTS
        assert found.reasons.keys() == camera.refused
        assert all("violates check constraint" in reason for reason in found.reasons.values())
        assert blows.kills > 0
        assert servers.isdisjoint(fleet.runs(*SERVERS)), "a server did not restart"
        assert [sizes[0], max(sizes)] == [0, MOST_PODS]
    print(f"{EVENTS} events sent in {sent:.0f} s and written after {done:.0f} s")
    print(f"{blows.kills} kills, {camera.repeated} requests again, pool up to {max(sizes)}")


@pytest.mark.timeout(IDLE_SECONDS + 2 * ASLEEP_SECONDS)
def test_an_idle_release_leaves_the_writers_of_movements_asleep(fleet: Fleet) -> None:
    with fleet.history("deployment", DEPLOYMENT) as states:
        time.sleep(IDLE_SECONDS)
        assert {state["spec"]["replicas"] for state in states()} == {0}
    assert fleet.pods(WORKER) == []


@contextmanager
def held(fleet: Fleet) -> Iterator[None]:
    """The operator tells what it wants and leaves the pool at 0: what is sent has to wait.

    Otherwise a fast machine's only writer keeps up with any camera, and no other one is wanted.
    """
    _set_mode(fleet, "DryRun")
    try:
        yield
    finally:
        _set_mode(fleet, "Active")


@contextmanager
def refusing(fleet: Fleet) -> Iterator[None]:
    """The database refuses a state, of which the API knows nothing."""
    rule = f"ADD CONSTRAINT refused CHECK (state <> '{REFUSED}')"
    fleet.sql(f"ALTER TABLE movement_log {rule}")
    yield
    fleet.sql("ALTER TABLE movement_log DROP CONSTRAINT refused")


@contextmanager
def shown(camera: Camera, blows: Blows) -> Iterator[None]:
    """When the block fails, what befell the release, what is where, and who said what."""
    try:
        yield
    except BaseException:
        fleet = blows.fleet
        print("\n".join(blows.fallen))
        print(f"{len(camera.accepted)} accepted, {camera.repeated} requests sent again")
        print(fleet.http.get(f"{LOGS}/queue-status/").text)
        evidence.show(fleet.release.kubectl, POOL, f"app.kubernetes.io/component={WORKER}")
        print(written.read(fleet).faults(camera.accepted))
        raise


def _set_mode(fleet: Fleet, mode: str) -> None:
    patch = json.dumps({"spec": {"mode": mode}})
    fleet.release.kubectl("patch", "workerpool", POOL, "--type=merge", "--patch", patch)


def _wanted(fleet: Fleet) -> int:
    slots = fleet.pool(POOL).get("status", {}).get("slots", {})
    return int(slots.get("wanted", 0))


def _wait_asleep(fleet: Fleet) -> None:
    def asleep() -> bool:
        replicas = fleet.get("deployment", DEPLOYMENT)["spec"]["replicas"]
        return replicas == 0 and not fleet.pods(WORKER)

    eventually(asleep, "the writers of movements to sleep", ASLEEP_SECONDS)


def _wait_ready(fleet: Fleet, server: str) -> None:
    target = f"statefulset/stenofleet-{server}"
    words = ("--namespace", fleet.release.namespace, "rollout", "status", target)
    fleet.release.cluster.kubectl(*words, timeout=ASLEEP_SECONDS)


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = {each["type"]: each["status"] for each in pod["status"].get("conditions", [])}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]
