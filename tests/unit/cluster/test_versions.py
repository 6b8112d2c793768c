from stenofleet_cluster import versions


def test_every_shown_version_is_pinned_in_go_mod() -> None:
    pinned = versions.of_modules()

    assert {path for path in versions.SHOWN.values() if path not in pinned} == set()


def test_versions_compare_by_their_numbers() -> None:
    assert versions.numbers("go1.9") < versions.numbers("go1.21.3") < versions.numbers("1.26.8")
