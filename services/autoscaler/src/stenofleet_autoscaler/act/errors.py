"""What can go wrong with an action. The next tick sees the world anew and tries again."""


class ActionError(Exception):
    """An action did not happen, or it is not known whether it did."""


class ApiError(ActionError):
    """The API server refused, or did not answer.

    Attributes:
        status: HTTP status; 0 when there was no answer.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NoReply(ActionError):  # noqa: N818 - named after what did not come
    """A worker did not answer a control message in time."""


class Refused(ActionError):  # noqa: N818 - named after what the worker did
    """A worker answered that it cannot do what it was asked."""
