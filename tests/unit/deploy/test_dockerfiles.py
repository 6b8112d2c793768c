"""What goes into which image."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVICES = ("api", "autoscaler", "worker")


def text(service: str) -> str:
    return (ROOT / "services" / service / "Dockerfile").read_text()


def locked(package: str, *extras: str) -> set[str]:
    """The names of what an image of this package installs, by the command of its Dockerfile."""
    words = ["uv", "export", "--quiet", "--frozen", "--no-dev", "--no-emit-workspace"]
    words += ["--no-hashes", "--no-annotate", "--no-header", "--package", package]
    words += [word for extra in extras for word in ("--extra", extra)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    return set(re.findall(r"^([a-z0-9-]+)==", done.stdout, re.MULTILINE))


def test_no_celery_in_the_operators_image() -> None:
    names = locked("stenofleet-autoscaler")
    assert "kopf" in names
    assert not names & {"celery", "kombu", "sqlalchemy", "fastapi"}


def test_no_whisper_in_the_apis_image() -> None:
    names = locked("stenofleet-api")
    assert "fastapi" in names
    assert not names & {"faster-whisper", "ctranslate2", "kopf", "kubernetes"}


def test_whisper_is_in_the_image_that_transcribes_only() -> None:
    assert "celery" in locked("stenofleet-worker")
    assert "faster-whisper" not in locked("stenofleet-worker")
    assert "faster-whisper" in locked("stenofleet-worker", "whisper")


@pytest.mark.parametrize("service", SERVICES)
def test_the_last_user_of_every_image_is_the_fixed_one(service: str) -> None:
    stages = re.split(r"^FROM ", text(service), flags=re.MULTILINE)
    shipped = [stage for stage in stages if "CMD " in stage]
    assert shipped
    assert all("USER 10001:10001" in stage for stage in shipped)


@pytest.mark.parametrize("service", SERVICES)
def test_images_start_from_the_one_base_under_its_short_name(service: str) -> None:
    bases = set(re.findall(r"^FROM (\S+)", text(service), re.MULTILINE))
    stages = set(re.findall(r" AS (\S+)$", text(service), re.MULTILINE))
    assert bases - stages == {"python:3.13-slim-trixie"}


@pytest.mark.parametrize("service", SERVICES)
def test_the_code_comes_in_last(service: str) -> None:
    stages = re.split(r"^FROM ", text(service), flags=re.MULTILINE)
    copies = [re.findall(r"^COPY --from=(\S+)", stage, re.MULTILINE) for stage in stages]
    shipped = [names for stage, names in zip(stages, copies, strict=True) if "CMD " in stage]
    assert all(names[-1] == "code" for names in shipped)


def test_all_dockerfiles_build_with_the_same_tools() -> None:
    pins = {tuple(re.findall(r"(?:uv|hatchling)==\S+", text(service))) for service in SERVICES}
    assert len(pins) == 1


def test_googles_client_is_in_the_image_for_housekeeping_only() -> None:
    assert "--extra google --output-file /core.txt" in text("worker")
    assert "google-cloud-speech" in locked("stenofleet-worker", "google")
    assert not {"google-cloud-speech", "grpcio"} & locked("stenofleet-worker", "whisper")
    assert "google-cloud-speech" not in locked("stenofleet-api")
