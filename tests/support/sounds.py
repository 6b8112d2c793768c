"""Short recordings in every container that the API takes, made on the spot."""

import io
import struct
import wave

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000

MELODY = (261.6, 329.6, 392.0, 523.3, 440.0, 349.2, 293.7, 246.9)
"""Hertz."""
NOTE_SECONDS = 0.5
OVERTONES = {1.0: 1.0, 2.0: 0.5, 3.0: 0.25, 1.25: 0.6, 1.5: 0.6}
"""Strength of a note's multiples: the last two make a chord of it."""

# Extension: container, codec (PyAV's names).
CONTAINERS = {
    "flac": ("flac", "flac"),
    "mp3": ("mp3", "libmp3lame"),
    "mp4": ("mp4", "aac"),
    "mpeg": ("mpeg", "mp2"),
    "mpga": ("mp2", "mp2"),
    "m4a": ("ipod", "aac"),
    "ogg": ("ogg", "libopus"),
    "opus": ("opus", "libopus"),
    "wav": ("wav", "pcm_s16le"),
    "webm": ("webm", "libopus"),
}


def wav(seconds: float = 0.5) -> bytes:
    """A tone as WAV, 16 bits mono."""
    return _wav(_tone(seconds))


def as_wav(samples: NDArray[np.float32]) -> bytes:
    """Samples of -1 to 1 at `RATE` as WAV."""
    return _wav((samples * 32767).astype(np.int16))


def silence(seconds: float) -> bytes:
    """Nothing to hear, as WAV."""
    return _wav(np.zeros(int(seconds * RATE), np.int16))


def music(notes: int) -> bytes:
    """Chords of an instrument that is struck, as WAV."""
    chords = [_chord(MELODY[index % len(MELODY)]) for index in range(notes)]
    return as_wav(np.concatenate(chords))


def _chord(tone: float) -> NDArray[np.float32]:
    times = np.arange(int(NOTE_SECONDS * RATE)) / RATE
    waves = [level * np.sin(2 * np.pi * tone * part * times) for part, level in OVERTONES.items()]
    chord = np.sum(waves, axis=0) * np.exp(-4 * times)
    return np.asarray(0.8 * chord / np.abs(chord).max(), np.float32)


def recording(extension: str, seconds: float = 0.5, options: dict[str, str] | None = None) -> bytes:
    """A tone in the container that files with this extension have."""
    container_name, codec = CONTAINERS[extension]
    file = io.BytesIO()
    with av.open(file, "w", format=container_name, container_options=options or {}) as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        for frame in _frames(stream, seconds):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def low_wav(seconds: int) -> bytes:
    """Silence of few bytes for its length: 1,000 a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(1000)
        out.writeframes(bytes(1000 * seconds))
    return file.getvalue()


def browser_webm(seconds: float = 0.5) -> bytes:
    """A recording as browsers make it: written as it came, so that it does not know its length."""
    return recording("webm", seconds, {"live": "1"})


def silent_film() -> bytes:
    """An MP4 without any track of sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(25):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    return file.getvalue()


def container_bomb(samples: int = 2**27) -> bytes:
    """A small MP4 whose tables say that it has so many samples: they fill gigabytes when read."""
    content = bytearray(recording("mp4"))
    # One entry each: so many samples, each two units long; of one byte; all in the first chunk.
    _patch(content, b"stts", 1, samples, 2)
    _patch(content, b"stsz", 1, samples)
    _patch(content, b"stsc", 1, 1, samples, 1)
    return bytes(content)


def _patch(content: bytearray, box: bytes, *numbers: int) -> None:
    after_version = content.index(box) + 8
    struct.pack_into(f">{len(numbers)}I", content, after_version, *numbers)


def as_opus(sound: bytes) -> bytes:
    """A recording in another container as Opus in Ogg: a hundredth of a WAV's bytes."""
    file = io.BytesIO()
    with av.open(io.BytesIO(sound), "r") as source, av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000)
        assert isinstance(stream, av.AudioStream)
        stream.layout, stream.bit_rate = "mono", 24_000
        for frame in source.decode(audio=0):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def hollow(seconds: float, filling: int = 0) -> bytes:
    """An M4A whose tables tell of packets, each of which is nothing but this byte."""
    content = recording("m4a", seconds)
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    return content[:start] + bytes([filling]) * (end - start) + content[end:]


def _wav(samples: NDArray[np.int16]) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def _frames(stream: av.AudioStream, seconds: float) -> list[av.AudioFrame]:
    whole = av.AudioFrame.from_ndarray(_tone(seconds).reshape(1, -1), format="s16", layout="mono")
    whole.sample_rate = RATE
    size = stream.codec_context.frame_size or 1024
    resampler = av.AudioResampler(stream.format.name, "mono", RATE, frame_size=size)
    return [*resampler.resample(whole), *resampler.resample(None)]


def _tone(seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    times = np.arange(int(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)
