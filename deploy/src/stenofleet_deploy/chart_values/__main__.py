"""Writes the chart's schema and README: ``python -m stenofleet_deploy.chart_values [--check]``."""

import json
import sys
from pathlib import Path

import yaml

from stenofleet_deploy import made_files
from stenofleet_deploy.chart_values import comments, crd
from stenofleet_deploy.chart_values.readme import readme
from stenofleet_deploy.chart_values.schema import schema
from stenofleet_deploy.progress import say

CHART = Path("helm/stenofleet")
CRD = Path("manifests/crds/workerpools.yaml")
TYPES = Path(__file__).parent / "types.yaml"


def files(root: Path) -> dict[Path, str]:
    """What is written, by where."""
    chart = root / CHART
    values = comments.read(chart / "values.yaml")
    types = yaml.safe_load(TYPES.read_text()) | crd.types(yaml.safe_load((root / CRD).read_text()))
    told = schema(values, types, "Values of the chart stenofleet")
    return {
        chart / "values.schema.json": json.dumps(told, indent=2) + "\n",
        chart / "README.md": readme((chart / "README.md").read_text(), values),
    }


def require_comments(root: Path) -> None:
    """Prints how many values no comment explains, and exits with 1 when there is one."""
    bare = comments.bare(comments.read(root / CHART / "values.yaml"))
    say(f"values without a comment: {len(bare)}")
    if bare:
        sys.exit(f"{CHART / 'values.yaml'}: say above each what it is: {', '.join(bare)}")


def main(arguments: list[str] | None = None) -> None:
    """Writes the files, or with ``--check`` only compares and exits with 1 when one differs."""
    options = made_files.options("stenofleet_deploy.chart_values", __doc__, arguments)
    require_comments(options.root)
    made_files.keep(
        files(options.root), "values.yaml says: run `make chart-docs`", check=options.check
    )


if __name__ == "__main__":
    main()
