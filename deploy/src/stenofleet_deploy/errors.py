"""What can go wrong, said so that a person knows what to do."""


class DeployError(Exception):
    """The deployment cannot go on; the message names what is missing and what to do."""


class CommandError(DeployError):
    """A program that was run failed, took too long or is not there."""
