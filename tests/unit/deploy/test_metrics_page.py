"""The page of metrics tells all that the services export, under names that Prometheus likes."""

import os
import shutil
import subprocess
from collections import Counter

import pytest
from stenofleet_deploy.metrics_page import SECTIONS, Entry, entries, page

ALL = [entry for section in SECTIONS for entry in entries(section)]


def test_each_metric_stands_on_the_page_once() -> None:
    told = Counter(entry.name for entry in ALL)
    assert {name for name, count in told.items() if count > 1} == set()
    assert all(f"| `{name}` |" in page() for name in told)


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_each_metric_is_ours_and_is_explained_in_a_sentence(entry: Entry) -> None:
    assert entry.name.startswith("stenofleet_")
    assert entry.text.endswith(".")


def test_promtool_has_nothing_to_say_about_names_units_and_helps() -> None:
    promtool = shutil.which("promtool")
    if promtool is None and os.environ.get("STENOFLEET_REQUIRE_ALL") != "1":
        pytest.skip("promtool is missing: `make tools` installs it")
    assert promtool is not None

    done = subprocess.run(
        [promtool, "check", "metrics"],
        input="".join(map(exposed, ALL)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_promtool_does_complain_about_a_bad_name() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is missing: `make tools` installs it")
    bad = exposed(Entry("stenofleet_waited_milliseconds", "counter", (), "Bad."))
    done = subprocess.run(
        [promtool, "check", "metrics"], input=bad, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0


def exposed(entry: Entry) -> str:
    """The metric with one sample, as a page of metrics has it."""
    labels = ",".join(f'{label}="x"' for label in entry.labels)
    head = f"# HELP {entry.name} {entry.text}\n# TYPE {entry.name} {entry.kind}\n"
    if entry.kind != "histogram":
        return f"{head}{entry.name}{{{labels}}} 1\n"
    bucket = ",".join(filter(None, [labels, 'le="+Inf"']))
    return (
        f"{head}{entry.name}_bucket{{{bucket}}} 1\n"
        f"{entry.name}_sum{{{labels}}} 1\n{entry.name}_count{{{labels}}} 1\n"
    )
