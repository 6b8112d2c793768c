"""Pods and operators that are killed at random while there is work; `make campaign-kills`: 50."""

import os
import random
import time

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import PlainApp, Setup, plain_app

KILLS = int(os.environ.get("KILLS", "6"))
SEED = int(os.environ.get("SEED", str(random.randrange(10_000))))  # noqa: S311 - no secret
SLOTS = 2
# Of ten kills three are the operator's.
OPERATORS_SHARE = 0.3
PAUSE_SECONDS = (2.0, 6.0)
# A cut task comes back when its worker has been silent for 30 s, each time it is cut.
DONE_SECONDS = 300


def test_every_task_has_its_effect_once_whatever_is_killed(operator_lab: Lab) -> None:
    print(f"SEED={SEED} KILLS={KILLS}")
    dice = random.Random(SEED)  # noqa: S311
    bounds = {"min": 1, "max": SLOTS}
    with plain_app(operator_lab, "battered", Setup(), concurrency=bounds) as app:
        tasks: list[str] = []
        for _ in range(KILLS):
            tasks += app.send_each([dice.uniform(0.5, 8.0) for _ in range(3)])
            time.sleep(dice.uniform(*PAUSE_SECONDS))
            kill_one(app, dice)
        app.wait_done(tasks, DONE_SECONDS)
        app.wait_asleep(DONE_SECONDS)
        eventually(lambda: app.server.client().hlen("unacked") == 0, "nothing in flight", 60)
        assert app.ledger.effects() == set(tasks)
        assert "WrongVictim" not in operator_lab.events(app.name)


def kill_one(app: PlainApp, dice: random.Random) -> None:
    """A pod without grace, or with all that it has; the operator's or a worker's."""
    operators = [pod["metadata"]["name"] for pod in app.lab.operator_pods()]
    workers = [pod["metadata"]["name"] for pod in app.pods()]
    of_operator = dice.random() < OPERATORS_SHARE or not workers
    victim = dice.choice(sorted(operators if of_operator else workers))
    gently = dice.random() < OPERATORS_SHARE
    print(f"{time.strftime('%H:%M:%S')} {'delete' if gently else 'kill'} {victim}")
    if gently:
        app.lab.kubectl("delete", "pod", victim, "--wait=false", "--ignore-not-found")
    else:
        app.lab.kill_pod(victim)
