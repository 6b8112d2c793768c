"""Google's client as the settings make it; none of these asks Google."""

import json
from typing import Any

import pytest
from stenofleet.errors import SettingsError
from stenofleet.settings import GoogleSettings
from stenofleet_worker.google import client

KEY = {
    "type": "service_account",
    "client_email": "a@b.iam.gserviceaccount.com",
    "private_key": "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n",
    "token_uri": "https://oauth2.example.com/token",
}


def settings(**values: Any) -> GoogleSettings:
    return GoogleSettings(google_project_id="p", google_staging_url="gs://bucket", **values)


def test_each_location_has_its_host_and_global_has_the_one_without_a_name() -> None:
    assert client.endpoint("europe-west4") == "europe-west4-speech.googleapis.com"
    assert client.endpoint("global") == "speech.googleapis.com"


def test_a_key_that_is_none_is_told_without_its_text() -> None:
    wrong = settings(google_application_credentials_json=json.dumps(KEY))
    with pytest.raises(SettingsError, match="GOOGLE_APPLICATION_CREDENTIALS_JSON") as told:
        client.credentials(wrong)
    assert "secret" not in str(told.value)


def test_a_right_key_makes_a_client_which_the_log_tells(
    service_account: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    client.make(settings(google_application_credentials_json=json.dumps(service_account)))
    assert "Google STT client initialized" in capsys.readouterr().out


def test_without_a_key_the_machines_own_identity_is_taken(
    service_account: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    path = tmp_path / "adc.json"
    path.write_text(json.dumps(service_account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    found: Any = client.credentials(settings())
    assert found.service_account_email == service_account["client_email"]


def test_without_a_project_there_is_no_client() -> None:
    with pytest.raises(SettingsError, match="GOOGLE_PROJECT_ID"):
        client.make(GoogleSettings())


@pytest.fixture
def service_account() -> dict[str, str]:
    """A throw-away key."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {**KEY, "private_key": text.decode()}
