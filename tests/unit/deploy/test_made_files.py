"""Files that the code makes and the repository keeps are what the code says."""

from importlib import import_module

import pytest
from support import documents

# Each is a program with `--check`, which a target of the Makefile runs alone as well.
MAKERS = (
    "stenofleet_api.openapi",
    "stenofleet_deploy.chart_values.__main__",
    "stenofleet_deploy.commands_page",
    "stenofleet_deploy.dashboards.__main__",
    "stenofleet_deploy.metrics_page",
    "stenofleet_deploy.settings_page",
    "stenofleet_deploy.workerpool_page",
)


@pytest.mark.parametrize("maker", MAKERS)
def test_the_repository_has_what_the_code_makes(
    maker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(documents.ROOT)

    import_module(maker).main(["--check"])
