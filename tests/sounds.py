"""Real audio for the tests: short tones in every format that is taken, some with a cover."""

from __future__ import annotations

import functools
import io
from pathlib import Path

import av
import numpy as np
from PIL import Image

CODECS = {
    "mp3": "libmp3lame",
    "m4a": "aac",
    "ogg": "vorbis",
    "opus": "libopus",
    "flac": "flac",
    "wav": "pcm_s16le",
    "alac": "alac",
    "aiff": "pcm_s16be",
    "aifc": "pcm_s16le",
    "wma": "wmav2",
    "webm": "libopus",
    "mka": "flac",
    "aac": "aac",
    "mp2": "mp2",
    "wv": "wavpack",
}
CONTAINERS = {
    "m4a": "mp4",
    "opus": "ogg",
    "alac": "mp4",
    "aifc": "aiff",
    "wma": "asf",
    "mka": "matroska",
    "aac": "adts",
}
SUFFIXES = {"alac": "m4a"}
TAGS = {
    "title": "Paper Lanterns",
    "artist": "Mira Lund",
    "album": "Night Market",
    "genre": "Folk",
    "date": "2024",
}


class Sounds:
    """Makes files on demand, each once a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @functools.cache  # noqa: B019 - one instance a run
    def __call__(
        self,
        format_: str = "mp3",
        *,
        seconds: float = 2.0,
        pitch: float = 440.0,
        tagged: bool = True,
        title: str | None = None,
        cover: bytes | None = None,
    ) -> Path:
        path = (
            self.folder
            / f"tone {len(list(self.folder.iterdir()))}.{SUFFIXES.get(format_, format_)}"
        )
        tags = TAGS | ({"title": title} if title else {}) if tagged else {}
        write(path, format_, seconds=seconds, pitch=pitch, tags=tags, cover=cover)
        return path


def write(
    path: Path,
    format_: str,
    *,
    seconds: float,
    pitch: float,
    tags: dict[str, str],
    cover: bytes | None = None,
) -> None:
    """A stereo tone that swells and fades; `cover` is an encoded picture for mp3, m4a or flac."""
    rate = 48_000 if CODECS[format_] == "libopus" else 44_100
    time = np.arange(int(seconds * rate)) / rate
    wave = np.sin(2 * np.pi * pitch * time) * np.sin(np.pi * time / seconds) * 0.5
    samples = (np.stack([wave, wave]) * 32767).astype(np.int16)
    options = {"movflags": "faststart"} if format_ == "m4a" else {}
    with av.open(str(path), "w", format=CONTAINERS.get(format_, format_), options=options) as out:
        out.metadata.update(tags)
        stream = out.add_stream(CODECS[format_], rate=rate, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        if format_ == "ogg":
            stream.codec_context.options = {"strict": "experimental"}
        if format_ in ("wma", "aac", "mp2"):
            stream.codec_context.bit_rate = 128_000  # their encoders have no default
        picture = _picture_stream(out, cover) if cover else None
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="stereo", rate=rate
        )
        if picture and cover:
            packet = av.Packet(cover)
            packet.stream = picture
            packet.pts = packet.dts = 0
            out.mux(packet)
        step = 1024
        for start in range(0, samples.shape[1], step):
            chunk = np.ascontiguousarray(samples[:, start : start + step].T.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(chunk, format="s16", layout="stereo")
            frame.sample_rate = rate
            frame.pts = start
            for resampled in resampler.resample(frame):
                out.mux(stream.encode(resampled))
        out.mux(stream.encode(None))


def _picture_stream(out: av.container.OutputContainer, cover: bytes) -> av.VideoStream:
    codec = "png" if cover.startswith(b"\x89PNG") else "mjpeg"
    stream = out.add_stream(codec, rate=1)
    assert isinstance(stream, av.VideoStream)
    with Image.open(io.BytesIO(cover)) as image:
        stream.width, stream.height = image.size
    stream.pix_fmt = "rgb24" if codec == "png" else "yuvj420p"
    stream.disposition = av.stream.Disposition.attached_pic
    return stream


def picture(
    colour: tuple[int, int, int] = (0, 140, 160), size: int = 400, kind: str = "JPEG"
) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(data, kind)
    return data.getvalue()


def write_samples(path: Path, wave: np.ndarray, rate: int) -> None:
    """A mono WAV of these samples, -1 to 1."""
    with av.open(str(path), "w", format="wav") as out:
        stream = out.add_stream("pcm_s16le", rate=rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            (wave * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = rate
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
