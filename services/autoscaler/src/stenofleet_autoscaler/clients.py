"""The API server, for commands that run in a pod or on somebody's machine."""

from kubernetes import config
from kubernetes.client import ApiClient


class ClientError(Exception):
    """Where the API server is cannot be told; the message says why."""


def api_client(kubeconfig: str | None) -> ApiClient:
    """A client with the rights of a kubeconfig's user; None is the pod's own account.

    Raises:
        ClientError: there is no such file, or this is no pod.
    """
    try:
        if kubeconfig is None:
            config.load_incluster_config()  # type: ignore[no-untyped-call] # the package's
            return ApiClient()
        client: ApiClient = config.new_client_from_config(kubeconfig)  # type: ignore[no-untyped-call] # the package's
    except config.ConfigException as error:
        raise ClientError(f"the API server is not known: {error}") from None
    return client
