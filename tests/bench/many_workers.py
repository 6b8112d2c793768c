"""Many plain Celery workers, as ``python -m bench.many_workers COUNT QUEUE``.

Each is a process of its own with its own connections; they are forked from one that has loaded
Celery, for so many would else load it for minutes.
"""

import multiprocessing
import sys

from support.shop_app import app

# As much as a worker loads at its start.
app.loader.import_default_modules()
app.Worker  # noqa: B018 - a property that imports
app.connection_for_read().transport  # noqa: B018


def work(number: int, queue: str) -> None:
    """Runs a worker of one thread until it is killed."""
    name = ("-n", f"celery@worker-{number}", "-Q", queue, "-c", "1", "-P", "threads", "-E")
    quiet = ("--without-mingle", "--without-gossip", "--loglevel", "ERROR")
    app.worker_main(["worker", *name, *quiet])


def main(count: int, queue: str) -> None:
    """Starts them and waits for ever."""
    context = multiprocessing.get_context("fork")
    numbers = range(count)
    workers = [context.Process(target=work, args=(number, queue)) for number in numbers]
    for each in workers:
        each.start()
    for each in workers:
        each.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
