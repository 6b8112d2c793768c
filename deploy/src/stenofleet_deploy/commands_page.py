"""Writes the page of commands: ``python -m stenofleet_deploy.commands_page [--check]``."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from stenofleet_deploy import made_files
from stenofleet_deploy.markdown import code, table

PAGE: Final = Path("docs/commands.md")

# By name: this package is none of the services, and looks at them only in this repository.
PROGRAMS: Final = {
    "stenofleet": "stenofleet.cli:main",
    "stenofleet-deploy": "stenofleet_deploy.cli:commands",
    "kubectl stenofleet": "stenofleet_autoscaler.plugin.cli:main",
    "stenofleet-autoscaler": "stenofleet_autoscaler.cli:main",
}
"""Where each program's parser is."""

INTRODUCTION: Final = """\
# Commands

`make references` writes this page from the programs' own parsers.

| program | for whom |
|---|---|
| `stenofleet` | whoever runs it: what is wrong, how many workers, keys, migrations |
| `stenofleet-deploy` | whoever brings it onto a cluster, from a clone of the repository |
| `kubectl stenofleet` | whoever looks after pools: [its own page](kubectl-stenofleet.md) |
| `stenofleet-autoscaler` | the operator's pod |

All of them end with 0 when everything is fine, with 1 when something is wrong, and with 2 when
they were used wrongly; `kubectl stenofleet` tells more causes apart. Results go to stdout, with
`--json` as one object. Progress goes to stderr, as a bar in a terminal and as plain lines
elsewhere, and so do errors. No command prints a password or a key, but `stenofleet keys create`,
whose purpose it is.

`stenofleet` reads the same variables as the services, from the environment or from `.env`. In a
cluster, run it in a pod of the workers, whose user of Redis may ask workers:

```console
$ kubectl exec deployment/stenofleet-worker-core -- stenofleet doctor
```

When something does not work, go from the whole to the part:

```console
$ stenofleet doctor
$ stenofleet check-celery-status
$ stenofleet test-redis-celery
$ stenofleet test-transcription-flow --recording deploy/sample/dialogue.ogg
$ stenofleet load-test --sessions 100 --concurrency 20 --chart load.svg
```

`doctor` looks for the usual faults: a broker that is away or full, a wrong password, an eviction
policy that loses queues, no worker, a worker that hangs, a queue in which tasks wait and that
nobody consumes, a visibility timeout below the time that a task takes, clocks that do not agree,
a database that is away or lacks migrations, credentials of Google that are neither JSON nor
base64. Of each it tells the cause and the fix; what could only fail for the same cause again is
not tried.

`check-celery-status` counts every queue over all its priorities, of which `LLEN` of the queue's
name sees the first alone, and shows each worker with the tasks that it has. It speaks with the
workers over Redis: Celery's own `inspect` would give back to the queue what other workers hold
for longer than its visibility timeout.

`load-test` sends sessions through the API as users do, or with `--against queue` past it,
straight into database, store and queue. It sends as fast as `--concurrency` lets it, so that a
queue builds up; how many are worked on at a time is up to the workers. `wait` is from queued to
started and `run` from there to done, by the servers' clocks. Its sessions are deleted in the end
unless `--keep` is given.
"""

HEAD: Final = ("Option", "What it does")


@dataclass(frozen=True)
class Entry:
    """A command as the page shows it.

    Attributes:
        name: with the program's and the groups' names before it.
        usage: what stands behind the name.
        options: as they are typed, and what they mean, with their defaults and bounds.
        silent: options without a word on what they mean.
    """

    name: str
    usage: str
    text: str
    options: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]


def entries(program: str) -> list[Entry]:
    """A program's commands, in the order of its help."""
    module, _, name = PROGRAMS[program].partition(":")
    root: click.Command = getattr(import_module(module), name)
    return list(_walk(click.Context(root, info_name=program)))


def page() -> str:
    """The page as text; the same code gives the same text."""
    parts = [INTRODUCTION]
    for program in PROGRAMS:
        parts.append(f"## {program}\n")
        parts += [_shown(entry) for entry in entries(program)]
    return "\n".join(parts)


def main(arguments: list[str] | None = None) -> None:
    """Writes the file, or with ``--check`` only compares and exits with 1 when it differs."""
    options = made_files.options("stenofleet_deploy.commands_page", __doc__, arguments)
    made = {options.root / PAGE: page()}
    made_files.keep(made, "the code says: run `make references`", check=options.check)


def _walk(context: click.Context) -> Iterator[Entry]:
    command = context.command
    if not isinstance(command, click.Group):
        yield _entry(context)
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if found is not None and not found.hidden:
            yield from _walk(click.Context(found, info_name=name, parent=context))


def _entry(context: click.Context) -> Entry:
    command = context.command
    options = [
        each
        for each in command.get_params(context)
        if isinstance(each, click.Option) and "--help" not in each.opts
    ]
    records = (option.get_help_record(context) for option in options)
    return Entry(
        name=context.command_path,
        usage=" ".join(command.collect_usage_pieces(context)),
        text=inspect.cleandoc(command.help or ""),
        options=tuple(record for record in records if record is not None),
        silent=tuple(option.opts[0] for option in options if not option.help),
    )


def _shown(entry: Entry) -> str:
    parts = [f"### {entry.name}", "", f"`{entry.name} {entry.usage}`", "", entry.text, ""]
    if entry.options:
        rows = [(code(option), " ".join(text.split())) for option, text in entry.options]
        parts.append(table(HEAD, rows))
    return "\n".join(parts)


if __name__ == "__main__":
    main()
