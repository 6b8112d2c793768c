"""What the page about blueprints shows is what the API does."""

import json
import re
from typing import Any

from starlette.testclient import TestClient
from support import documents
from support.blueprints import BLUEPRINTS
from support.plans import mapping
from support.shown_requests import call

PAGE = documents.ROOT / "docs/blueprints.md"


def test_shown_commands_are_served_one_after_another(client: TestClient) -> None:
    commands = [each for each in documents.commands() if each.page == PAGE]
    assert len(commands) == 5
    blueprint = ""
    for command in commands:
        answer = call(client, command, BLUEPRINT=blueprint)
        assert answer.status_code in {200, 201}, (command, answer.text)
        if answer.status_code == 201:
            blueprint = answer.json()["blueprint_id"]

    assert [each["store_id"] for each in answer.json()["items"]] == ["store_1"]


def test_the_shown_fault_is_the_one_that_is_told(client: TestClient) -> None:
    (block,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    shown: dict[str, Any] = json.loads(block)
    outline = [[0, 0], [4, 4], [4, 0], [0, 4]]
    data = mapping("stores", "store_1", to={"name": "Bakery", "polygon": outline})

    answer = client.post(BLUEPRINTS, json={"name": "Floor", "mapping_data": data})

    assert answer.json()["errors"] == [shown]
