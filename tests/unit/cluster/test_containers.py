import hashlib
import io
import json
import tarfile
from pathlib import Path

from stenofleet_cluster import containers


def test_pause_image_holds_one_program_that_can_be_run(tmp_path: Path) -> None:
    program = tmp_path / "pause"
    program.write_bytes(b"binary")

    parts = unpack(containers.image_archive("localhost/pause:1", program))
    config = json.loads(parts["config.json"])

    assert unpack(parts["layer.tar"]) == {"pause": b"binary"}
    assert config["config"]["Entrypoint"] == ["/pause"]
    assert config["rootfs"]["diff_ids"] == [
        f"sha256:{hashlib.sha256(parts['layer.tar']).hexdigest()}"
    ]


def unpack(archive: bytes) -> dict[str, bytes]:
    """Return the files of an archive, all of which must be programs that can be run."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        found = {}
        for member in opened:
            assert member.mode == 0o755
            file = opened.extractfile(member)
            assert file is not None
            found[member.name] = file.read()
        return found
