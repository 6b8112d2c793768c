from stenofleet.broker import Binding, parse_binding, queues_for


def test_a_direct_binding_maps_a_routing_key_to_its_queue() -> None:
    bindings = [Binding("urgent", "", "mail-urgent"), Binding("bulk", "", "mail-bulk")]
    assert queues_for("mail", "bulk", bindings) == ["mail-bulk"]


def test_a_topic_binding_matches_by_its_pattern() -> None:
    bindings = [Binding("mail.#", r"^mail\..*?$", "all-mail")]
    assert queues_for("events", "mail.sent", bindings) == ["all-mail"]


def test_the_nameless_exchange_takes_the_routing_key_for_the_queue() -> None:
    assert queues_for("", "mail", [Binding("mail", "", "elsewhere")]) == ["mail"]


def test_without_a_binding_the_routing_key_is_taken_for_the_queue() -> None:
    assert queues_for("mail", "mail", []) == ["mail"]


def test_a_broken_pattern_takes_nothing() -> None:
    assert queues_for("events", "mail", [Binding("mail", "(", "broken")]) == ["mail"]


def test_a_member_has_three_parts() -> None:
    assert parse_binding(b"key\x06\x16\x06\x16queue") == Binding("key", "", "queue")
    assert parse_binding(b"garbage") is None
