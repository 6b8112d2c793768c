"""What can go wrong, each with a message for the person at the terminal.

ClusterError            stop and say why
+-- CommandError        a program that was run failed or took too long
+-- BrokenStateError    data on disk cannot be used: `up` resets and starts anew
"""


class ClusterError(Exception):
    """Says what is missing, what was expected and what to do."""


class CommandError(ClusterError):
    """A program that was run failed or took too long."""


class BrokenStateError(ClusterError):
    """The cluster's data cannot be used; a reset repairs it."""
