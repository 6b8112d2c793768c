from stenofleet_autoscaler.plugin.words import explanation_text
from support.told_pools import explained

TOLD = explained("shop", "mail")


def lines_of(**changed: object) -> list[str]:
    return explanation_text({**TOLD, **changed}).splitlines()


def test_an_explanation_opens_with_the_decision_in_a_sentence() -> None:
    assert lines_of()[:2] == [
        "mail: 100 queued, 10 in flight: 14 slots on 4 pods at concurrency 4.",
        "AtMaximum, bound by maxReplicas; decided at 2027-01-15T08:00:00Z.",
    ]


def test_each_rule_has_a_line_and_the_one_that_bound_it_is_marked() -> None:
    rules = [line.split() for line in lines_of() if " -> " in line]
    assert rules == [
        ["work", "to", "slots", "110", "->", "18"],
        ["maxReplicas", "18", "->", "14", "<-", "binds"],
        ["slots", "to", "pods", "14", "->", "4"],
    ]


def test_figures_carry_no_digits_that_say_nothing() -> None:
    assert "oldest wait seconds   2" in lines_of()


def test_what_is_unknown_is_a_dash_and_no_zero() -> None:
    assert ["queued", "-"] in [line.split() for line in lines_of(inputs={"queued": None})]


def test_pods_on_their_way_out_are_named() -> None:
    pods = {"drain": ["mail-a", "mail-b"], "undrain": [], "release": ["mail-c"]}
    told = lines_of(pods=pods)
    assert "to be drained: mail-a, mail-b" in told
    assert "to go, drained: mail-c" in told


def test_a_pool_that_is_only_watched_says_so() -> None:
    assert (
        "DryRun: nothing is written" in lines_of(summary={**TOLD["summary"], "mode": "DryRun"})[0]
    )


def test_a_decision_without_rules_or_learned_figures_is_told_all_the_same() -> None:
    told = lines_of(rules=[], conditions=[], learned={}, inputs={})
    assert told[0].startswith("mail: ")
