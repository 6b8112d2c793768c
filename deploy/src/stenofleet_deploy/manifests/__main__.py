"""Writes manifests/: ``python -m stenofleet_deploy.manifests [--check]``; it needs helm."""

from stenofleet_deploy import made_files
from stenofleet_deploy.manifests.layout import files, left_over


def main(arguments: list[str] | None = None) -> None:
    """Writes the files, or with ``--check`` only compares and exits with 1 when one differs."""
    options = made_files.options("stenofleet_deploy.manifests", __doc__, arguments)
    made = files(options.root)
    made_files.keep(
        made,
        "the chart makes: run `make manifests`",
        check=options.check,
        surplus=tuple(left_over(options.root, made)),
    )


if __name__ == "__main__":
    main()
