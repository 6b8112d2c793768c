"""From no pod to many and back."""

from support.operator_lab import Lab
from support.plain_app import Setup, plain_app
from support.watches import changes

GRACE = 4


def test_no_task_is_cut_from_zero_to_n_to_zero_at_tasks_three_times_the_grace(
    operator_lab: Lab,
) -> None:
    setup = Setup(grace=GRACE, instrumented=False)
    # What is sent one by one is met at once.
    with plain_app(operator_lab, "zero", setup, mode="Paused") as app:
        tasks = app.send_each([3.0 * GRACE] * 4 + [1.0] * 4)
        with app.history(".spec.replicas") as replicas:
            app.change_pool(mode="Active")
            app.wait_done(tasks)
            app.wait_asleep()
            seen = [int(line) for line in changes(replicas)]
        app.assert_each_once(tasks)
    # In one step up, whatever number of steps down.
    assert seen[:2] == [0, 4]
    assert seen[1:] == sorted(seen[1:], reverse=True)
    assert seen[-1] == 0
