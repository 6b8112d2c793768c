"""What a user does next."""

from stenofleet_deploy.cluster import Flavour
from stenofleet_deploy.release import Release

API_PORT = 8000


def next_steps(release: Release, service: str) -> str:
    """The URLs and the next commands to try.

    Args:
        release: The one that runs.
        service: The API's Service, as kubectl takes it.
    """
    kubectl = f"kubectl --context {release.cluster.context} -n {release.namespace}"
    lines = [
        "Next:",
        *environment(release),
        "    open the API (in a terminal of its own), then see http://127.0.0.1:8000/docs",
        f"        {kubectl} port-forward {service} {API_PORT}:http",
        "    send a recording of your own",
        "        make demo RECORDING=talk.mp3",
        "    watch the workers come and go with the work",
        f"        {kubectl} get workerpools --watch",
        "    change something and deploy it again, or have each change run at once",
        "        make up",
        "        make dev-loop",
    ]
    return "\n".join(lines)


def environment(release: Release) -> list[str]:
    """How the user's shell finds the cluster, when its kubeconfig is not the user's own."""
    if release.cluster.flavour is Flavour.EMBEDDED:
        command = 'eval "$(.venv/bin/cluster env)"'
    elif release.cluster.flavour is Flavour.KIND:
        command = f"export KUBECONFIG={release.cluster.environment['KUBECONFIG']}"
    else:
        return []
    return ["    let this shell find the cluster", f"        {command}"]
