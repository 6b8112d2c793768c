"""Another master of the same target."""

from support.operator_lab import Lab
from support.plain_app import plain_app
from support.watches import changes


def test_an_hpa_on_the_target_is_named_and_nothing_is_written_against_it(
    operator_lab: Lab,
) -> None:
    # A pool that has written before the autoscaler came takes the person's scale for a hold.
    with plain_app(operator_lab, "ruled", manualHold="5s") as app:
        app.lab.kubectl("autoscale", app.target, "--min=1", "--max=2", "--cpu=80%")
        try:
            app.wait_condition("Conflict", "True")
            with app.history(".spec.replicas") as replicas:
                tasks = app.send(4, 1.0)
                # Replicas of zero switch an HPA off: a person brings the first pod.
                app.lab.kubectl("scale", app.target, "--replicas=1")
                app.wait_done(tasks)
            assert set(changes(replicas)) <= {"0", "1"}
            assert "ruled" in app.message("Conflict")
        finally:
            app.lab.kubectl("delete", "horizontalpodautoscaler", app.name)
        app.wait_condition("Conflict", "False")
        app.wait_asleep()
