"""Brings the cluster's definitions of this group to this version: Helm never upgrades them."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from kubernetes.client import ApiException, ApiextensionsV1Api
from urllib3.exceptions import HTTPError

from stenofleet_autoscaler.clients import ClientError, api_client

APPLY = "application/apply-patch+yaml"
MANAGER = "stenofleet-crds"
SERVED_SECONDS = 60.0
ANSWER_SECONDS = 10.0


class DefinitionError(Exception):
    """A definition could not be applied; the message says which and why."""


def upgrade(folder: Path, kubeconfig: str | None) -> list[str]:
    """Applies the folder's definitions on the server's side and waits until they are served.

    Args:
        folder: where their manifests lie.
        kubeconfig: a file; None uses the pod's own account.

    Returns:
        Their names.

    Raises:
        DefinitionError: one is refused, or not served after a minute.
    """
    api = _api(kubeconfig)
    return [_upgraded(api, found) for found in _definitions(folder)]


def _api(kubeconfig: str | None) -> Any:
    try:
        return ApiextensionsV1Api(api_client(kubeconfig))
    except ClientError as error:
        raise DefinitionError(str(error)) from None


def _definitions(folder: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted(folder.glob("*.yaml")):
        yield from (each for each in yaml.safe_load_all(path.read_text()) if each)


def _upgraded(api: Any, definition: Mapping[str, Any]) -> str:
    name: str = definition["metadata"]["name"]
    try:
        api.patch_custom_resource_definition(
            name,
            definition,
            field_manager=MANAGER,
            # What Helm wrote at the first installation is taken over.
            force=True,
            _content_type=APPLY,
            _request_timeout=ANSWER_SECONDS,
        )
        _wait_until_served(api, name)
    except ApiException as error:
        raise DefinitionError(f"{name}: {error.status} {error.reason}: {error.body}") from None
    except HTTPError as error:
        raise DefinitionError(f"{name}: the API server does not answer: {error}") from None
    return name


def _wait_until_served(api: Any, name: str) -> None:
    deadline = time.monotonic() + SERVED_SECONDS
    while not _is_served(api, name):
        if time.monotonic() > deadline:
            raise DefinitionError(f"{name}: not served after {SERVED_SECONDS:.0f} s")
        time.sleep(0.2)


def _is_served(api: Any, name: str) -> bool:
    found = api.read_custom_resource_definition(name, _request_timeout=ANSWER_SECONDS)
    conditions = found.status.conditions if found.status else None
    return any(each.type == "Established" and each.status == "True" for each in conditions or [])
