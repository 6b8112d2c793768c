"""Pools that share a broker, and pools that want the same target."""

from support.fleet import eventually
from support.operator_lab import Lab
from support.plain_app import plain_app, pool_of
from support.watches import changes


def test_two_pools_on_one_broker_have_the_pods_for_their_own_tasks_each(operator_lab: Lab) -> None:
    with plain_app(operator_lab, "many") as many, plain_app(operator_lab, "few") as few:
        with many.history(".spec.replicas") as of_many, few.history(".spec.replicas") as of_few:
            tasks, task = many.hold(4), few.hold(1)
            for app, count in ((many, 4), (few, 1)):
                app.wait_running(count)
                app.release()
            many.wait_done(tasks)
            few.wait_done(task)
            many.wait_asleep()
            few.wait_asleep()
        assert max(int(line) for line in changes(of_many)) == 4
        assert max(int(line) for line in changes(of_few)) == 1
        many.assert_each_once(tasks)
        few.assert_each_once(task)


def test_the_younger_of_two_pools_on_one_target_writes_nothing_and_names_the_other(
    operator_lab: Lab,
) -> None:
    with plain_app(operator_lab, "shared") as app:
        app.wait_condition("Ready", "True")
        rival = pool_of(app, minReplicas=3)
        rival["metadata"]["name"] = "rival"
        operator_lab.apply(rival)
        try:
            eventually(lambda: conflict(operator_lab, "rival")[0] == "True", "the conflict", 120)
            tasks = app.send(1, 3.0)
            app.wait_done(tasks)
            app.wait_asleep()
            told = conflict(operator_lab, "rival")
        finally:
            operator_lab.kubectl("delete", "workerpool", "rival")
        assert "shared" in told[1]
        assert app.condition("Conflict")[0] == "False"


def conflict(lab: Lab, pool: str) -> tuple[str, str]:
    """Status and message of a pool's condition Conflict."""
    conditions = lab.get("workerpool", pool).get("status", {}).get("conditions", [])
    found = [(c["status"], c["message"]) for c in conditions if c["type"] == "Conflict"]
    return found[0] if found else ("", "")
