"""What is wrong with a request to undo."""

from stenofleet_api.problems import ProblemError


class NothingToUndo(ProblemError):  # noqa: N818 - named as the problem is
    """The text is as it was transcribed."""

    slug, title, status = "nothing-to-undo", "There is nothing to undo", 409
