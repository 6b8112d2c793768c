"""The command ``stenofleet test-transcription-flow``."""

from pathlib import Path

import click

from stenofleet import cli_api, cli_steps
from stenofleet.cli_errors import errors_told
from stenofleet.cli_progress import shown
from stenofleet.load.recording import Recording
from stenofleet.steps import results


@click.command("test-transcription-flow")
@cli_api.api_options
@click.option(
    "--timeout",
    type=click.FloatRange(1, 86_400),
    default=300,
    show_default=True,
    help="Seconds until the transcript must be there.",
)
@cli_steps.as_json_option
@errors_told
def test_transcription_flow(
    *,
    url: str,
    key: str | None,
    file: Path | None,
    seconds: int,
    language: str,
    keep: bool,
    timeout: float,
    as_json: bool,
) -> None:
    """Sends a recording through the API, follows it, and shows the transcript's first words.

    It stops at what fails, with the cause and the next thing to try, and exits with 1. The session
    of a failure stays there for a look.
    """
    recording = Recording.read(file) if file else Recording.synthetic(seconds)
    with cli_api.client(url, key) as client, shown(100, "percent done") as tell:
        from stenofleet.flow import Flow  # noqa: PLC0415 - needs an extra

        flow = Flow(client, recording, language, timeout, tell)
        found = results(flow.steps(keep=keep), url)
        cli_steps.tell(found, as_json=as_json)
