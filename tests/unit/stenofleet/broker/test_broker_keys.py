from kombu.transport.redis import Channel
from stenofleet.broker import BrokerKeys


def test_a_queue_is_one_list_for_each_priority_step() -> None:
    assert BrokerKeys().queue_lists("mail") == [
        "mail",
        "mail\x06\x163",
        "mail\x06\x166",
        "mail\x06\x169",
    ]


def test_the_prefix_stands_before_every_key() -> None:
    keys = BrokerKeys(prefix="eu:", priority_steps=(0, 5))
    assert keys.queue_lists("mail") == ["eu:mail", "eu:mail\x06\x165"]
    assert keys.unacked == "eu:unacked"
    assert keys.unacked_index == "eu:unacked_index"
    assert keys.bindings("mail") == "eu:_kombu.binding.mail"
    assert keys.broadcast(2, "celeryev", "worker.heartbeat") == "eu:/2.celeryev/worker.heartbeat"
    assert keys.broadcast(0, "celery.pidbox") == "eu:/0.celery.pidbox"


def test_separator_and_steps_are_those_of_the_installed_kombu() -> None:
    keys = BrokerKeys()
    assert tuple(Channel.priority_steps) == keys.priority_steps
    assert keys.queue_list("q", 3) == f"q{Channel.sep}3"
    assert keys.unacked == Channel.unacked_key
    assert keys.unacked_index == Channel.unacked_index_key
