import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stenofleet_worker.transcription.windows import longest_pause, windows

LONGEST, SEARCH = 50, 20

chunk_sizes = st.lists(st.integers(0, 130), max_size=12)
marks = st.sets(st.integers(0, SEARCH), max_size=8).map(sorted)


def _recording(sizes: list[int]) -> list[np.ndarray]:
    """Chunks whose samples are their own positions."""
    whole = np.arange(sum(sizes), dtype=np.float32)
    return np.split(whole, np.cumsum(sizes)[:-1]) if sizes else []


def _spans(edges: list[int]) -> list[tuple[int, int]]:
    return list(zip(edges[::2], edges[1::2], strict=False))


@given(sizes=chunk_sizes, edges=marks)
def test_windows_cover_every_sample_once_in_order_and_none_is_too_long(
    sizes: list[int], edges: list[int]
) -> None:
    chunks = _recording(sizes)
    found = list(windows(chunks, lambda _: _spans(edges), LONGEST, SEARCH))

    heard = [sample for window in found for sample in window.audio]
    assert heard == list(range(sum(sizes)))
    assert all(0 < len(window.audio) <= LONGEST for window in found)
    assert [window.index for window in found] == list(range(len(found)))
    assert all(window.audio[0] == window.start for window in found)


@given(sizes=chunk_sizes, edges=marks)
def test_the_cuts_do_not_depend_on_how_the_recording_comes_in(
    sizes: list[int], edges: list[int]
) -> None:
    """A delivery that goes on where another stopped must find the same windows."""
    chunks = _recording(sizes)
    whole = [np.concatenate(chunks)] if chunks else []
    in_parts = windows(chunks, lambda _: _spans(edges), LONGEST, SEARCH)
    at_once = windows(whole, lambda _: _spans(edges), LONGEST, SEARCH)
    assert [(each.start, each.end) for each in in_parts] == [
        (each.start, each.end) for each in at_once
    ]


@given(edges=marks)
def test_a_cut_is_never_inside_speech_unless_there_is_no_pause(edges: list[int]) -> None:
    spans = _spans(edges)
    cut = longest_pause(spans, SEARCH)
    assert 0 < cut <= SEARCH
    if cut < SEARCH:
        assert not any(start < cut < end for start, end in spans)


@pytest.mark.parametrize(
    ("speech", "cut"),
    [
        ([], 10),
        ([(0, 20)], 20),
        ([(0, 4), (12, 20)], 8),
        ([(1, 6), (8, 19)], 7),
    ],
)
def test_the_cut_is_the_middle_of_the_longest_pause(
    speech: list[tuple[int, int]], cut: int
) -> None:
    assert longest_pause(speech, SEARCH) == cut
