"""The pages about pools, over HTTP."""

from collections.abc import Iterator

import httpx
import pytest
from support.told_pools import explained, served

POOLS = {(ns, name): explained(ns, name) for ns, name in (("shop", "mail"), ("audio", "long"))}


@pytest.fixture(scope="module")
def leader() -> Iterator[str]:
    with served(POOLS) as port:
        yield f"http://127.0.0.1:{port}"


def test_every_pool_is_listed_with_its_work_and_its_size(leader: str) -> None:
    told = httpx.get(f"{leader}/pools").json()
    assert [(each["namespace"], each["name"]) for each in told] == [
        ("audio", "long"),
        ("shop", "mail"),
    ]
    assert told[1]["queued"] == 100
    assert told[1]["inFlight"] == 10
    assert told[1]["slots"] == 14
    assert told[1]["reason"] == "AtMaximum"


def test_a_decision_is_told_with_each_rule_and_the_one_that_bound_it(leader: str) -> None:
    told = httpx.get(f"{leader}/pools/shop/mail/explain").json()
    assert told["inputs"]["queued"] == 100
    assert [(each["rule"], each["before"], each["after"]) for each in told["rules"]] == [
        ("work to slots", 110, 18),
        ("maxReplicas", 18, 14),
        ("slots to pods", 14, 4),
    ]
    assert [each["rule"] for each in told["rules"] if each["bound"]] == ["maxReplicas"]
    assert told["conditions"][0]["type"] == "Ready"
    assert told["learned"]["tasks"]["mail.send"]["p95Seconds"] == 1.5


def test_a_pool_of_which_nothing_was_decided_is_a_problem_with_a_sentence(leader: str) -> None:
    answer = httpx.get(f"{leader}/pools/shop/nothing/explain")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["type"] == "/problems/pool-not-decided"
    assert "nothing" in answer.json()["detail"]


@pytest.mark.parametrize("page", ["/pools", "/pools/shop/mail/explain"])
def test_a_replica_that_does_not_lead_says_so(page: str) -> None:
    with served(POOLS, leads=False) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}{page}")
    assert answer.status_code == 503
    assert "does not lead" in answer.json()["detail"]
