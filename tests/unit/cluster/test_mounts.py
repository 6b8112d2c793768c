from pathlib import Path

from stenofleet_cluster import mounts

MOUNTINFO = r"""22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:30 / /state/kubelet rw - tmpfs tmpfs rw
31 30 0:31 / /state/kubelet/pods/a rw - tmpfs tmpfs rw
32 22 0:32 / /statement rw - tmpfs tmpfs rw
33 22 0:33 / /state/with\040blank rw - tmpfs tmpfs rw
"""


def test_inner_mounts_come_before_outer_ones_and_strangers_are_left() -> None:
    assert mounts.below((Path("/state"),), MOUNTINFO) == [
        Path("/state/with blank"),
        Path("/state/kubelet/pods/a"),
        Path("/state/kubelet"),
    ]
