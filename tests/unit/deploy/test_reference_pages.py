"""The pages of settings and of WorkerPool say what the code and the definition say."""

from pathlib import Path

import pytest
from pydantic import Field
from stenofleet.settings import LogSettings, RedisSettings, Settings
from stenofleet_deploy import markdown, settings_page, workerpool_page
from stenofleet_deploy.settings_page import Entry

CRD = {
    "spec": {
        "group": "stenofleet.io",
        "names": {"shortNames": ["wp"]},
        "versions": [
            {
                "name": "v1",
                "additionalPrinterColumns": [{"name": "Max", "jsonPath": ".spec.max"}],
                "schema": {
                    "openAPIV3Schema": {
                        "properties": {
                            "spec": {
                                "description": "What to size.",
                                "type": "object",
                                "required": ["lists"],
                                "properties": {
                                    "lists": {
                                        "type": "array",
                                        "description": "Lists.",
                                        "items": {
                                            "type": "object",
                                            "required": ["key"],
                                            "properties": {
                                                "key": {"type": "string", "description": "Key."},
                                                "most": {
                                                    "type": "integer",
                                                    "minimum": 1,
                                                    "default": 8,
                                                    "description": "Most.",
                                                },
                                            },
                                        },
                                        "x-kubernetes-validations": [{"message": "one is needed"}],
                                    }
                                },
                            },
                            "status": {"description": "What was seen.", "properties": {}},
                        }
                    }
                },
            }
        ],
    }
}


def test_a_variable_is_told_with_its_bounds_and_default() -> None:
    port = Entry("REDIS_PORT", "whole number from `1` to `65535`", "6379", "its port")

    assert port in settings_page.entries(RedisSettings)


def test_a_secret_is_told_as_such() -> None:
    (password,) = [e for e in settings_page.entries(RedisSettings) if e.name == "REDIS_PASSWORD"]

    assert (password.takes, password.default) == ("secret", "")


def test_a_class_tells_only_what_it_adds() -> None:
    class More(LogSettings):
        more: bool = Field(default=False, description="adds")

    assert settings_page.entries(More) == [
        Entry("STENOFLEET_MORE", "`true` or `false`", "false", "adds")
    ]


def test_what_services_share_comes_before_what_one_has() -> None:
    groups: list[type[Settings]] = settings_page.groups()

    assert groups.index(RedisSettings) < min(map(groups.index, settings_page.SERVICES.values()))


def test_fields_in_lists_have_a_path_a_default_and_what_they_require() -> None:
    page = workerpool_page.page(CRD)

    assert "| `lists` | list of objects |  | Lists. **Required.** |" in page
    assert "| `lists[].key` | string |  | Key. **Required.** |" in page
    assert "| `lists[].most` | integer from 1 | `8` | Most. |" in page
    assert "- one is needed" in page
    assert "| Max | `.spec.max` |  |" in page


@pytest.mark.parametrize("module", [settings_page, workerpool_page])
def test_a_page_that_was_changed_by_hand_is_complained_of(module: object, tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    (tmp_path / "docs").mkdir()
    crd = tmp_path / workerpool_page.CRD
    crd.parent.mkdir(parents=True)
    crd.write_text((root / workerpool_page.CRD).read_text())
    module.main(["--root", str(tmp_path)])  # type: ignore[attr-defined]
    module.main(["--root", str(tmp_path), "--check"])  # type: ignore[attr-defined]
    (page,) = (tmp_path / "docs").iterdir()
    page.write_text(page.read_text() + "more\n")

    with pytest.raises(SystemExit, match=page.name):
        module.main(["--root", str(tmp_path), "--check"])  # type: ignore[attr-defined]


def test_a_bar_in_a_cell_stays_a_bar() -> None:
    assert markdown.table(("a",), [("x|y",)]) == "| a |\n| --- |\n| x\\|y |\n"
