"""A cluster that may be changed: its context is named in every command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.shell import run

QUICK_SECONDS = 60


class Flavour(Enum):
    """How a cluster is started and how images come into it."""

    NAMED = "named"
    KIND = "kind"
    EMBEDDED = "embedded"


@dataclass(frozen=True)
class Cluster:
    """A cluster that may be changed.

    Attributes:
        flavour: How images come into it.
        context: Its kube-context.
        environment: Variables of kubectl and helm: where they are, which kubeconfig they read.
    """

    flavour: Flavour
    context: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def kubectl(
        self, *arguments: str, timeout: float = QUICK_SECONDS, text: str | None = None
    ) -> str:
        """Run kubectl in this context and return its output."""
        return self.run(self.kubectl_command(*arguments), timeout, text)

    def kubectl_command(self, *arguments: str) -> list[str]:
        """The words of a kubectl command in this context."""
        return ["kubectl", "--context", self.context, *arguments]

    def helm(self, *arguments: str, timeout: float = QUICK_SECONDS, text: str | None = None) -> str:
        """Run helm in this context and return its output."""
        return self.run(["helm", "--kube-context", self.context, *arguments], timeout, text)

    def run(self, command: Sequence[str], timeout: float, text: str | None = None) -> str:
        """Run a program with the cluster's environment."""
        return run(command, timeout=timeout, environment=self.environment, text=text)

    def require_answer(self) -> None:
        """Ask for the API server's version.

        Raises:
            DeployError: It does not answer.
        """
        try:
            self.kubectl("version", "--request-timeout=10s")
        except CommandError as error:
            raise DeployError(
                f"the cluster {self.context} does not answer; is it up?\n{error}"
            ) from None
