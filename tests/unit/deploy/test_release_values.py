"""The values that name the images."""

from stenofleet_deploy.images import images
from stenofleet_deploy.release import values


def test_every_image_of_the_chart_gets_the_tag_of_its_content() -> None:
    all_images = images("tiny.en")
    tags = {image.name: f"tag-of-{image.name}" for image in all_images}
    tree = values(all_images, tags, "tiny.en", registry=None, single_node=True)
    assert tree == {
        "settings": {"whisperModel": "tiny.en", "authMode": "none"},
        "image": {"registry": ""},
        "storage": {"volume": {"singleNode": True}},
        "api": {"image": {"tag": "tag-of-stenofleet/api"}},
        "operator": {"image": {"tag": "tag-of-stenofleet/autoscaler"}},
        "workers": {
            "core": {"image": {"tag": "tag-of-stenofleet/worker-core"}},
            "logs": {"image": {"tag": "tag-of-stenofleet/worker-core"}},
            "transcription": {"image": {"tag": "tag-of-stenofleet/worker"}},
        },
        "beat": {"image": {"tag": "tag-of-stenofleet/worker-core"}},
    }


def test_a_registry_stands_before_the_names() -> None:
    tags = {image.name: "1" for image in images("base")}
    tree = values(
        images("base"), tags, "base", registry="registry.example.com/team", single_node=False
    )
    assert tree["image"] == {"registry": "registry.example.com/team"}
