"""The API server, as the person who types sees it."""

import json
import logging
import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import urllib3
import yaml
from kubernetes import config
from kubernetes.client import ApiClient, ApiException

from stenofleet_autoscaler.plugin.errors import NotAllowed, NotDecided, NotThere, PluginError

TIMEOUT = 10.0
"""Seconds that an answer may take."""

POOLS = "/apis/stenofleet.io/v1alpha1"
MERGE = "application/merge-patch+json"
NOT_DECIDED = "/problems/pool-not-decided"
"""The type of the operator's problem (`pages`)."""

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404

Raw = dict[str, Any]


class Cluster:
    """Calls with the rights of a kubeconfig's user.

    Attributes:
        namespace: what the person asked for, or the context's own.
    """

    def __init__(self, kubeconfig: str | None, context: str | None, namespace: str | None) -> None:
        try:
            own = _namespace_of(kubeconfig, context) if namespace is None else namespace
            self._api: ApiClient = config.new_client_from_config(  # type: ignore[no-untyped-call] # the package's
                kubeconfig, context, persist_config=False
            )
        except (config.ConfigException, OSError, yaml.YAMLError) as error:
            raise PluginError(f"the kubeconfig cannot be used: {error}") from None
        self.namespace = own
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # it tells of each retry
        if not self._api.configuration.verify_ssl:  # the kubeconfig's own wish
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def get(self, path: str, **query: str) -> Any:
        """What the path holds.

        Raises:
            PluginError: in plain words; `NotThere` and `NotAllowed` among them.
        """
        return self._ask("GET", path, query)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Merges into an object and returns it; errors as `get`."""
        return self._ask("PATCH", path, {}, body)

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            status, text = self._answer(method, target, body)
        except (ApiException, urllib3.exceptions.HTTPError, OSError) as error:
            where = self._api.configuration.host
            kind = type(error).__name__
            raise PluginError(f"the API server at {where} does not answer ({kind})") from None
        if status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise _refusal(status, text)
        return _read(text)

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, str]:
        headers = {"Accept": "application/json", "Content-Type": MERGE}
        request = self._api.param_serialize(
            method, path, header_params=headers, body=body, auth_settings=["BearerToken"]
        )
        response = self._api.call_api(*request, _request_timeout=TIMEOUT)
        content: bytes = response.read() or b""  # type: ignore[no-untyped-call] # the package's
        return response.status, content.decode(errors="replace")


def pools_path(namespace: str | None, name: str | None = None) -> str:
    """The WorkerPools of a namespace, or of all; or one of them."""
    where = f"{POOLS}/namespaces/{quote(namespace)}" if namespace else POOLS
    return f"{where}/workerpools" + (f"/{quote(name)}" if name else "")


def pods_path(namespace: str, name: str | None = None) -> str:
    """The pods of a namespace, or one of them."""
    return f"/api/v1/namespaces/{quote(namespace)}/pods" + (f"/{quote(name)}" if name else "")


def _namespace_of(kubeconfig: str | None, context: str | None) -> str:
    contexts, active = config.list_kube_config_contexts(kubeconfig)  # type: ignore[no-untyped-call] # the package's
    chosen = next((each for each in contexts if each["name"] == context), active)
    return str(chosen["context"].get("namespace") or "default")


def _refusal(status: int, text: str) -> PluginError:
    """The API server's, or a proxied page's, own sentence."""
    told = _read(text)
    parts = told if isinstance(told, dict) else {}
    message = str(parts.get("message") or parts.get("detail") or text.strip() or f"HTTP {status}")
    if parts.get("type") == NOT_DECIDED:
        return NotDecided(message)
    kinds = {UNAUTHORIZED: NotAllowed, FORBIDDEN: NotAllowed, NOT_FOUND: NotThere}
    return kinds.get(status, PluginError)(message)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
