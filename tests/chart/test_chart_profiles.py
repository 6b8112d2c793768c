"""The profiles: each is valid, and has as many workers and tasks at once as its page says."""

import re
from pathlib import Path

import pytest
import yaml
from support.chart import CHART, RELEASE, Object, Values, merged, of_kind, render
from support.kube_commands import KubeCommands

PAGE = Path(__file__).parents[2] / "docs" / "environments.md"
PROFILES = ("dev", "integration", "staging", "production", "scale-up")
ROW = re.compile(r"\| `([a-z-]+)\.yaml` \| (?:(\d+)-)?(\d+) x (?:(\d+)-)?(\d+) \| (none|\d+ s) \|")


def path(profile: str) -> Path:
    return CHART / "profiles" / f"{profile}.yaml"


def values(profile: str) -> Values:
    found: Values = yaml.safe_load(path(profile).read_text())
    return found


def rendered(profile: str) -> list[Object]:
    if profile == "scale-up":
        return render(merged(values("production"), values("scale-up")))
    return render(values(profile))


@pytest.mark.parametrize("cloud", ["gke", "eks", "aks"])
def test_values_of_a_cloud_go_on_top_of_production(cloud: str) -> None:
    found: Values = yaml.safe_load((PAGE.parents[1] / f"hosts/values/{cloud}.yaml").read_text())
    objects = render(merged(values("production"), found))

    account = of_kind(objects, "ServiceAccount")[""]
    expected = found.get("serviceAccount", {}).get("annotations")
    assert account["metadata"].get("annotations") == expected
    # A bucket needs no volume; without one, many nodes mount it.
    claims = of_kind(objects, "PersistentVolumeClaim")
    modes = [each["spec"]["accessModes"] for name, each in claims.items() if "recordings" in name]
    assert modes == ([["ReadWriteMany"]] if cloud == "aks" else [])


def test_the_page_tells_every_profile() -> None:
    assert tuple(row[0] for row in ROW.findall(PAGE.read_text())) == PROFILES


@pytest.mark.parametrize("profile", PROFILES)
def test_the_pool_has_the_size_that_the_page_tells(profile: str) -> None:
    [row] = [row for row in ROW.findall(PAGE.read_text()) if row[0] == profile]
    _, fewest, most, least, at_most, objective = row
    spec = of_kind(rendered(profile), "WorkerPool")["transcription"]["spec"]

    assert (spec["minReplicas"], spec["maxReplicas"]) == (int(fewest or most), int(most))
    assert spec["concurrency"] == {"min": int(least or at_most), "max": int(at_most)}
    wait = spec.get("objective", {}).get("queueWait", "none")
    assert wait == objective.replace(" ", "")


@pytest.mark.parametrize("profile", PROFILES)
def test_an_api_server_takes_what_the_profile_makes(profile: str, cluster: KubeCommands) -> None:
    namespace = f"profile-{profile}"
    cluster.namespace(namespace)
    files = ("production", "scale-up") if profile == "scale-up" else (profile,)
    chosen = [word for each in files for word in ("--values", str(path(each)))]
    cluster.helm("install", RELEASE, str(CHART), "--namespace", namespace, *chosen)
    pools = cluster.get("workerpools", "--namespace", namespace)["items"]
    assert len(pools) == 3


def test_only_dev_lets_everybody_in() -> None:
    modes = {each: values(each).get("settings", {}).get("authMode", "keys") for each in PROFILES}
    assert modes == {**dict.fromkeys(PROFILES, "keys"), "dev": "none"}
