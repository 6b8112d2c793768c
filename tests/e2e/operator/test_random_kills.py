"""Pods and operators that are killed at random while there is work; `make campaign-kills`: 50."""

import os
import random
import time

from stenofleet.broker import BrokerKeys, parse_delivery
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
DONE_SECONDS = 600


def test_every_task_has_its_effect_once_whatever_is_killed(operator_lab: Lab) -> None:
    print(f"SEED={SEED} KILLS={KILLS}")
    dice = random.Random(SEED)  # noqa: S311
    bounds = {"min": 1, "max": SLOTS}
    with plain_app(operator_lab, "battered", Setup(), concurrency=bounds) as app:
        tasks: list[str] = []
        victims = set()
        for _ in range(KILLS):
            tasks += app.send_each([dice.uniform(0.5, 8.0) for _ in range(3)])
            time.sleep(dice.uniform(*PAUSE_SECONDS))
            victims.add(kill_one(app, dice))
        app.wait_done(tasks, DONE_SECONDS)
        app.wait_asleep(DONE_SECONDS)
        eventually(lambda: in_flight(app) == 0, "nothing in flight", 120)
        assert app.ledger.effects() == set(tasks)
        # The operator cannot know that it was the test which took one that should have stayed.
        wrong = operator_lab.events(app.name, "WrongVictim")
        assert [note for note in wrong if not any(victim in note for victim in victims)] == []


def in_flight(app: PlainApp) -> int:
    """Deliveries of the app's queue; those of other tests may lie beside them."""
    with app.server.client() as client:
        found = client.hvals(BrokerKeys().unacked)
    deliveries = (parse_delivery(raw) for raw in found)
    return sum(each is not None and each.routing_key == app.name for each in deliveries)


def kill_one(app: PlainApp, dice: random.Random) -> str:
    """A pod without grace, or with all that it has; the operator's or a worker's; its name."""
    # A controller that was just elected may take a while to replace the last one.
    there = eventually(app.lab.operator_pods, "an operator's pod", 120)
    operators = [pod["metadata"]["name"] for pod in there]
    workers = [pod["metadata"]["name"] for pod in app.pods()]
    of_operator = dice.random() < OPERATORS_SHARE or not workers
    victim: str = dice.choice(sorted(operators if of_operator else workers))
    gently = dice.random() < OPERATORS_SHARE
    print(f"{time.strftime('%H:%M:%S')} {'delete' if gently else 'kill'} {victim}")
    if gently:
        app.lab.kubectl("delete", "pod", victim, "--wait=false", "--ignore-not-found")
    else:
        app.lab.kill_pod(victim)
    return victim
