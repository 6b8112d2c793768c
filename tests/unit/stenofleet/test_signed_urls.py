"""URLs to gs://, checked by Google's rule as it is published (V4 signing), without Google."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from stenofleet.storage import Recordings

KEY = "one/talk.m4a"


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def url(private_key: rsa.RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    account = {
        "type": "service_account",
        "client_email": "steno@project.iam.gserviceaccount.com",
        "client_id": "1",
        "private_key_id": "1",
        "private_key": private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(file))
    store = Recordings("gs://bucket/prefix")
    return store.upload_url(store.uri(KEY), timedelta(seconds=90))


def check(key: rsa.RSAPrivateKey, method: str, url: str) -> None:
    """Returns when Google would take the request.

    Raises:
        InvalidSignature: it would not.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    signature = bytes.fromhex(query.pop("X-Goog-Signature"))
    canonical = "\n".join(
        (
            method,
            parts.path,
            urlencode(sorted(query.items()), quote_via=quote, safe=""),
            f"host:{parts.netloc}\n",
            query["X-Goog-SignedHeaders"],
            "UNSIGNED-PAYLOAD",
        )
    )
    scope = query["X-Goog-Credential"].partition("/")[2]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(("GOOG4-RSA-SHA256", query["X-Goog-Date"], scope, digest))
    key.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_a_url_to_google_is_signed_for_a_put_to_the_key(
    url: str, private_key: rsa.RSAPrivateKey
) -> None:
    parts = urlsplit(url)

    assert (parts.scheme, parts.netloc) == ("https", "storage.googleapis.com")
    assert parts.path == f"/bucket/prefix/{KEY}"
    assert dict(parse_qsl(parts.query))["X-Goog-Expires"] == "90"
    check(private_key, "PUT", url)


@pytest.mark.parametrize(
    ("method", "was", "becomes"),
    [
        ("GET", "", ""),
        ("DELETE", "", ""),
        ("PUT", "talk.m4a", "other.m4a"),
        ("PUT", "X-Goog-Expires=90", "X-Goog-Expires=900"),
    ],
)
def test_any_other_use_is_not_signed(
    url: str, private_key: rsa.RSAPrivateKey, method: str, was: str, becomes: str
) -> None:
    with pytest.raises(InvalidSignature):
        check(private_key, method, url.replace(was, becomes))
