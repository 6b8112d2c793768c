"""One heap for all threads of a worker."""

import platform
import subprocess
import sys

import pytest

THREADS = """
import ctypes, threading
from stenofleet_worker import heap
{shared}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
kept = []
wait = threading.Barrier(8)

def take():
    kept.append(libc.malloc(1000))
    wait.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
libc.malloc_stats()
"""


def heaps(shared: str) -> int:
    """Of a process with eight threads, as glibc tells them."""
    done = subprocess.run(
        [sys.executable, "-c", THREADS.format(shared=shared)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stderr.count("Arena ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps of threads are glibc's")
def test_threads_that_start_later_share_the_heap_of_the_process() -> None:
    assert heaps("") > 1
    assert heaps("heap.share()") == 1
