"""How Google is set up, and how a wrong value is told."""

import base64
import json
from decimal import Decimal
from pathlib import Path

import pytest
from stenofleet.errors import SettingsError
from stenofleet.settings import GoogleSettings, load

KEY = {
    "type": "service_account",
    "client_email": "a@b.iam.gserviceaccount.com",
    "private_key": "very secret",
    "token_uri": "https://oauth2.example.com/token",
}
TEXT = json.dumps(KEY)
CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS_JSON"


@pytest.fixture(autouse=True)
def no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_project_google_is_not_set_up() -> None:
    assert not load(GoogleSettings).google_configured


@pytest.mark.parametrize(
    "value",
    [TEXT, base64.b64encode(TEXT.encode()).decode(), base64.encodebytes(TEXT.encode()).decode()],
)
def test_the_key_is_plain_json_or_base64(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CREDENTIALS, value)
    assert load(GoogleSettings).google_key == KEY


@pytest.mark.parametrize(
    "value", ["very secret", '{"very": "secret"}', base64.b64encode(b"very secret").decode(), "{"]
)
def test_a_wrong_key_is_told_by_its_variable_and_never_shown(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CREDENTIALS, value)
    with pytest.raises(SettingsError, match=CREDENTIALS) as told:
        load(GoogleSettings)
    assert "secret" not in str(told.value).replace("kept secret", "")
    assert value not in str(told.value)


def test_a_store_that_google_cannot_read_needs_a_place_for_copies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_PROJECT_ID", "p")
    with pytest.raises(SettingsError, match=r"STENOFLEET_GOOGLE_STAGING_URL.*gs://"):
        load(GoogleSettings)
    monkeypatch.setenv("STENOFLEET_GOOGLE_STAGING_URL", "gs://bucket/copies/")
    assert load(GoogleSettings).google_staging_url == "gs://bucket/copies"


def test_recordings_at_gs_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_PROJECT_ID", "p")
    monkeypatch.setenv("STENOFLEET_STORAGE_URL", "gs://bucket/recordings")
    assert load(GoogleSettings).google_configured


def test_a_price_is_none_until_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(GoogleSettings).google_price_per_minute is None
    monkeypatch.setenv("STENOFLEET_GOOGLE_PRICE_PER_MINUTE", "0.01")
    assert load(GoogleSettings).google_price_per_minute == Decimal("0.01")
    monkeypatch.setenv("STENOFLEET_GOOGLE_PRICE_PER_MINUTE", "-1")
    with pytest.raises(SettingsError, match="STENOFLEET_GOOGLE_PRICE_PER_MINUTE"):
        load(GoogleSettings)
