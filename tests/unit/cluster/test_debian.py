from stenofleet_cluster import debian

ONE_LINE = """# deb http://commented.example/debian bookworm main
deb [signed-by=/usr/share/keyrings/a.gpg] http://mirror.example/debian bookworm main
deb http://mirror.example/debian-security/ bookworm-security main
"""
DEB822 = """Types: deb
URIs: http://mirror.example/debian
Suites: bookworm
"""


def test_mirrors_are_read_from_one_line_sources() -> None:
    assert debian.mirrors([ONE_LINE]) == [
        "http://mirror.example/debian",
        "http://mirror.example/debian-security",
    ]


def test_mirrors_are_read_from_deb822_sources() -> None:
    assert debian.mirrors([DEB822]) == ["http://mirror.example/debian"]


def test_image_takes_security_updates_where_the_machine_does() -> None:
    with_security = debian.Debian("trixie", "http://m.example/debian", "http://m.example/security")

    assert "deb http://m.example/security trixie-security main" in with_security.sources()
    assert "security" not in debian.Debian("trixie", "http://m.example/debian", "").sources()
