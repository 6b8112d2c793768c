"""What is signed, and where messages may go."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet import webhooks
from stenofleet.errors import TargetRefused
from stenofleet.settings import WebhookSettings

STRICT = WebhookSettings()
LENIENT = WebhookSettings(webhook_allow_private=True, webhook_allow_http=True)


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the libraries that receivers use."""
    signature = webhooks.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
def test_the_body_does_not_depend_on_the_order_in_which_it_is_kept(
    payload: dict[str, object],
) -> None:
    turned = dict(reversed(payload.items()))

    assert webhooks.body(payload) == webhooks.body(turned)
    assert json.loads(webhooks.body(payload)) == payload


@given(st.binary(max_size=80))
def test_secrets_are_24_to_64_bytes(key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()

    assert webhooks.is_secret(secret) == (24 <= len(key) <= 64)


def test_new_secrets_are_secrets_and_differ() -> None:
    made = {webhooks.new_secret() for _ in range(5)}

    assert len(made) == 5
    assert all(map(webhooks.is_secret, made))


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!!!", "secret" * 8, "whsec_ä" + "A" * 40])
def test_what_is_no_secret_is_told(text: str) -> None:
    assert not webhooks.is_secret(text)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com", "ftp://example.com", "example.com", "https://", "https:///x", ""),
        *("https://user:pass@example.com", "https://user@example.com", "file:///etc/passwd"),
        *("https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data"),
        *("https://[::ffff:10.0.0.1]/", "https://exämple.com/", "https://example.com/ x"),
        *(
            "https://example.com:port/",
            "https://[::1/",
            "https://example.com:99999/",
            "https://a\nb",
        ),
    ],
)
def test_urls_that_are_not_https_to_a_public_host_are_refused(url: str) -> None:
    with pytest.raises(TargetRefused, match="expected"):
        webhooks.check_url(url, STRICT)


@pytest.mark.parametrize("url", ["https://example.com/a?b=c", "https://8.8.8.8:8443/"])
def test_https_urls_pass(url: str) -> None:
    webhooks.check_url(url, STRICT)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "https://127.0.0.1/", "http://receiver:80/"])
def test_the_settings_let_more_pass(url: str) -> None:
    webhooks.check_url(url, LENIENT)
