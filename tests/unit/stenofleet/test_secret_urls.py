"""URLs with secrets: they are read, and told of, without telling the secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet.secret_urls import masked, split

SECRETS = st.text("abcXYZ019!$*+,.-_~%:", min_size=1)


@given(
    password=st.text("abcXYZ019!$&*+,;=.-_~%:@", min_size=1),
    scheme=st.sampled_from(["redis", "rediss", "postgresql", "https"]),
)
def test_no_password_passes_and_what_is_none_stays(password: str, scheme: str) -> None:
    assert masked(f"to {scheme}://me:{password}@host/0 now") == f"to {scheme}://me:***@host/0 now"
    assert masked(f"{scheme}://host:80/a@b") == f"{scheme}://host:80/a@b"


@given(token=st.text("abcXYZ019!$*+,.-_~%", min_size=1))
def test_a_user_without_a_password_may_be_a_token(token: str) -> None:
    assert masked(f"no answer of https://{token}@host/0") == "no answer of https://***@host/0"


@given(
    secret=SECRETS,
    name=st.sampled_from(
        ["token", "access_token", "api-key", "Password", "X-Amz-Signature", "sig"]
    ),
)
def test_secrets_of_a_query_are_masked_and_its_other_values_stay(secret: str, name: str) -> None:
    url = "https://host/hook?page=2&{}={}&size=3"
    assert masked(url.format(name, secret)) == url.format(name, "***")


@pytest.mark.parametrize(
    "url",
    ["redis://:hush/1@host:6379/0", "redis://:hush\u2100@host/0", "redis://[hush@host/0"],
    ids=["slash", "letter that unfolds to a slash", "bracket"],
)
def test_a_url_that_cannot_be_read_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded") as refused:
        split(url)
    assert "hush" not in str(refused.value)
    assert refused.value.__suppress_context__
