"""The broker: what is queued, and what was taken by a worker that is gone."""

from collections import Counter, deque
from collections.abc import Callable, Iterator

from stenofleet_autoscaler.simulate.pod import Delivery
from stenofleet_autoscaler.simulate.trace import Task

Key = tuple[str, float | None]
"""A task's name and its announced work: what the operator can tell tasks apart by."""


class SimBroker:
    """Queues by priority, first in first out, and the messages that nobody runs any more.

    Attributes:
        kinds: the queued tasks by name and work.
        lost: deliveries whose worker died before it acknowledged them.
        arrived: tasks that came so far.
        up: whether it answers.
    """

    def __init__(self) -> None:
        self._lists: dict[int, deque[Task]] = {}
        self._size = 0
        self.kinds: Counter[Key] = Counter()
        self.lost: list[Delivery] = []
        self.arrived = 0
        self.up = True
        self._withheld: list[Task] = []

    def __len__(self) -> int:
        return self._size

    def publish(self, task: Task) -> None:
        """A publisher sends the task, and again once the broker is back."""
        if self.up:
            self.push(task)
        else:
            self._withheld.append(task)

    def go_away(self, _: None = None) -> None:
        """It answers no more."""
        self.up = False

    def come_back(self) -> None:
        """It answers again, with all that it had."""
        self.up = True
        for task in self._withheld:
            self.push(task)
        self._withheld.clear()

    def give_back(self, is_due: Callable[[Delivery], bool]) -> None:
        """Puts lost messages that are due back into their lists."""
        due = [each for each in self.lost if is_due(each)] if self.up else []
        for delivery in due:
            self.lost.remove(delivery)
            self.push(delivery.task, again=True)

    def push(self, task: Task, *, again: bool = False) -> None:
        """Puts the task at the end of its list, or a redelivered one at its head."""
        line = self._lists.setdefault(task.priority, deque())
        if again:
            line.appendleft(task)
        else:
            line.append(task)
            self.arrived += 1
        self._size += 1
        self.kinds[task.name, task.work] += 1

    def pop(self) -> Task:
        """Takes the next task out."""
        line = next(self._lists[key] for key in sorted(self._lists) if self._lists[key])
        task = line.popleft()
        self._size -= 1
        key = task.name, task.work
        self.kinds[key] -= 1
        if not self.kinds[key]:
            del self.kinds[key]
        return task

    def heads(self) -> Iterator[Task]:
        """The first task of each list."""
        return (line[0] for line in self._lists.values() if line)

    def oldest(self) -> float | None:
        """When the task that has waited longest came; None when nothing is queued."""
        return min((task.at for task in self.heads()), default=None)
