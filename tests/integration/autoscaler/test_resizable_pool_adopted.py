"""An app that takes the resizable pool by the lines that the documentation shows."""

import re

import pytest
from stenofleet_autoscaler.act import workers
from stenofleet_autoscaler.act.errors import NoReply
from support.celery_shop import NODE, Operator, Shop, as_operator, eventually
from support.documents import ROOT

PAGE = (ROOT / "docs/resizable-pool.md").read_text()
SETTINGS = "\n".join(re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("options", [("-l", "INFO"), ("--pool", "custom")])
def test_an_app_with_the_documented_lines_is_resized(shop: Shop, options: tuple[str, str]) -> None:
    (shop.folder / "adopting_app.py").write_text(f"from shop_app import app\n{SETTINGS}")
    shop.module = "adopting_app"
    shop.start_worker(*options)
    gates = [shop.send(str(number)) for number in range(3)]

    async def scenario(operator: Operator) -> None:
        async def grown_to_three() -> bool:
            try:
                return await workers.resize(operator.control, NODE, 1, 3) == 3
            except NoReply:
                return False

        async def three_run() -> bool:
            beat = operator.heartbeat(NODE)
            return beat is not None and beat.active == 3

        await eventually(grown_to_three, "the worker to grow")
        await eventually(three_run, "three running tasks")
        for gate in gates:
            gate.touch()

    as_operator(shop, scenario)
