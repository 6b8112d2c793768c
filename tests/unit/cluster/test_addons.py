import base64

import yaml
from stenofleet_cluster import addons, addresses

AUTHORITY = base64.b64encode(b"certificate").decode()


def rendered() -> list[dict[str, object]]:
    return list(yaml.safe_load_all(addons.render(addons.MANIFEST.read_text(), AUTHORITY)))


def test_every_placeholder_of_the_manifest_is_filled_in() -> None:
    text = yaml.safe_dump_all(rendered())

    assert "METRICS_PORT" not in text
    assert "AUTHORITY" not in text
    assert addresses.NODE in text


def test_one_storage_class_is_the_default() -> None:
    classes = [each for each in rendered() if each["kind"] == "StorageClass"]

    assert [each["metadata"] for each in classes] == [
        {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        }
    ]
