"""URLs of Redis as Celery has them."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu.utils.url import parse_url
from stenofleet.redis_address import Address, Sentinels, in_full

hosts = st.lists(
    st.tuples(st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True), st.integers(1, 65535)),
    min_size=1,
    max_size=4,
)
words = st.none() | st.text(min_size=1, max_size=12)


@given(hosts, words, st.text(min_size=1, max_size=12), st.integers(0, 15))
def test_sentinels_are_read_back_as_they_are_written(
    named: list[tuple[str, int]], user: str | None, password: str, database: int
) -> None:
    found = Sentinels(tuple(named), user, password, database)
    assert Sentinels.read(found.url()) == found


@given(hosts, st.text(min_size=1, max_size=12), st.integers(0, 15))
def test_celery_finds_login_and_database_in_each_part(
    named: list[tuple[str, int]], password: str, database: int
) -> None:
    first, *others = [f"{host}:{port}" for host, port in named]
    url = f"sentinel://:{quote(password, safe='')}@{first}/{database}"
    url = ";".join([url, *(f"sentinel://{other}" for other in others)])
    for part in in_full(url, None).split(";"):
        told = parse_url(part)
        assert (told["password"], told["virtual_host"]) == (password, str(database))


def test_an_address_of_six_colons_stays_in_its_brackets() -> None:
    assert Sentinels.read("sentinel://[fd00::7]:1/2").url() == "sentinel://[fd00::7]:1/2"


@pytest.mark.parametrize(
    "url",
    ["sentinel://", "sentinel://hush:port/0", "sentinel://h/hush", "sentinel://h/0;redis://hush"],
)
def test_what_is_no_url_of_sentinels_is_told_without_it(url: str) -> None:
    with pytest.raises(ValueError, match="expected") as raised:
        Sentinels.read(url)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "full"),
    [
        ("redis://h/1", "redis://h/1"),
        ("unix:///run/redis", "unix:///run/redis"),
        ("rediss://h/1", "rediss://h/1?ssl_cert_reqs=required&ssl_ca_certs=/ca"),
        ("rediss://h?ssl_cert_reqs=none", "rediss://h?ssl_cert_reqs=none&ssl_ca_certs=/ca"),
        (
            "rediss://h/1?ssl_ca_certs=/b&ssl_cert_reqs=required",
            "rediss://h/1?ssl_ca_certs=/b&ssl_cert_reqs=required",
        ),
    ],
)
def test_a_url_by_tls_says_how_certificates_are_checked(url: str, full: str) -> None:
    assert in_full(url, "/ca") == full


def test_certificates_are_nothing_to_a_url_without_tls() -> None:
    certificates = {"ssl_ca_certs": "/ca"}
    tls = [Address(f"{scheme}://h", certificates).tls for scheme in ("redis", "rediss", "sentinel")]
    assert tls == [{}, certificates, certificates]
    assert "h" not in repr(Address("redis://h")).removeprefix("Address")
