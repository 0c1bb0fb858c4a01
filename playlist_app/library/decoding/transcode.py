"""Make a rendition: AAC in an MP4 that can be played while it comes, levelled in loudness."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as Ended
from av.error import FFmpegError, InvalidDataError
from av.filter import Graph

from playlist_app.library.decoding.loudness import QuietMeter
from playlist_app.library.formats import sniffed_in
from playlist_app.library.opening import opened

TARGET = -16.0  # LUFS, integrated: what phones and streams are levelled at
MOST_GAIN = 12.0  # dB: a field recording is not turned into its own noise
# Linear, 1.5 dB below full scale: what a limiter lets through; the encoder overshoots a little.
CEILING = 0.841
# dB: turned down by more than this, nothing between the samples reaches the ceiling.
SAFE = -4.0
OVERSAMPLED = 192_000  # Hz; the limiter sees what a player's filter will make of the samples
FRAME = 1024  # samples that AAC encodes at a time
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)  # Hz


def answer(
    source: str, target: str, bits: int, chunk: int, loudness: float | None, measured: bool
) -> dict[str, Any]:
    """Paths in hex; `bits` a second for two channels; `chunk`: the size of pieces with own hashes.
    Where `loudness` was not `measured` yet, it is here. Answers what was written, or
    `{"failed": why}`."""
    path, made = (Path(os.fsdecode(bytes.fromhex(name))) for name in (source, target))
    try:
        if not measured:
            loudness = _measured(path)
        seconds, rate, channels = _transcode(path, made, bits, _gain(loudness))
    except (FileNotFoundError, PermissionError):
        return {"lost": True}
    except FFmpegError as error:
        return {"failed": f"It can't be made from this file ({error.strerror})."}
    if not seconds:
        return {"failed": "There is no sound in this file."}
    return {"seconds": seconds, "rate": rate, "channels": channels, **_hashes(made, chunk)}


def _gain(loudness: float | None) -> float:
    return 0.0 if loudness is None else min(TARGET - loudness, MOST_GAIN)


def _measured(path: Path) -> float | None:
    meter = QuietMeter()
    for frame in _frames(path):
        meter.add(frame)
    meter.end()
    return meter.lufs


def _frames(path: Path) -> Iterator[av.AudioFrame]:
    """What decodes of a file, its times counted anew without gaps."""
    format_ = sniffed_in(path)
    if not format_:
        return
    with opened(path, format_.demuxer) as container:
        if not container.streams.audio:
            return
        for packet in container.demux(container.streams.audio[0]):
            try:
                yield from packet.decode()
            except InvalidDataError:
                continue  # players pass over it; the analysis decides whether it is too much


def _transcode(source: Path, target: Path, bits: int, gain: float) -> tuple[float, int, int]:
    """Answers the seconds that were written, their rate and channels."""
    options = {"movflags": "+faststart", "brand": "M4A ", "fflags": "+bitexact"}
    with av.open(str(target), "w", format="mp4", options=options) as container:
        writer: _Writer | None = None
        for frame in _frames(source):
            writer = writer or _Writer(container, frame, bits, gain)
            writer.add(frame)
        if not writer:
            return 0.0, 0, 0
        writer.end()
    return writer.samples / writer.rate, writer.rate, writer.channels


class _Writer:
    """One stream of AAC, from frames that may change their kind on the way."""

    def __init__(
        self, container: OutputContainer, first: av.AudioFrame, bits: int, gain: float
    ) -> None:
        self.rate = _rate(first.sample_rate)
        self.channels = min(2, first.layout.nb_channels)
        self.samples = 0
        self._gain = gain
        self._container = container
        self._graph: Graph | None = None
        self._kind: tuple[Any, ...] = ()
        self._pushed = 0
        layout = "stereo" if self.channels == 2 else "mono"
        stream = container.add_stream("aac", rate=self.rate, options={"flags": "+bitexact"})
        assert isinstance(stream, AudioStream)
        stream.layout = layout
        stream.format = "fltp"
        stream.bit_rate = bits if self.channels == 2 else bits * 2 // 3
        self._stream = stream
        self._layout = layout

    def add(self, frame: av.AudioFrame) -> None:
        kind = (frame.sample_rate, frame.format.name, frame.layout.name)
        if kind != self._kind:
            self._drain()
            self._begin(frame)
            self._kind = kind
        frame.pts, self._pushed = self._pushed, self._pushed + frame.samples
        assert self._graph
        self._graph.push(frame)
        self._pull()

    def _begin(self, frame: av.AudioFrame) -> None:
        """volume → limiter, where it may be needed → what the encoder takes."""
        self._pushed = 0
        graph = self._graph = Graph()
        steps: list[Any] = [
            graph.add_abuffer(
                sample_rate=frame.sample_rate,
                format=frame.format.name,
                layout=frame.layout.name,
            ),
            graph.add("volume", f"volume={self._gain:.2f}dB:precision=float"),
        ]
        if self._gain > SAFE:
            steps += [
                graph.add("aresample", str(OVERSAMPLED)),
                graph.add("alimiter", f"limit={CEILING}:attack=5:release=50:level=0:latency=1"),
            ]
        steps += [
            graph.add("aresample", str(self.rate)),
            graph.add(
                "aformat",
                f"sample_fmts=fltp:sample_rates={self.rate}:channel_layouts={self._layout}",
            ),
            graph.add("asetnsamples", f"n={FRAME}:p=0"),
            graph.add("abuffersink"),
        ]
        for one, following in itertools.pairwise(steps):
            one.link_to(following)
        graph.configure()

    def _pull(self) -> None:
        assert self._graph
        while True:
            try:
                frame = self._graph.pull()
            except (NothingYet, Ended):
                return
            assert isinstance(frame, av.AudioFrame)
            frame.pts, self.samples = self.samples, self.samples + frame.samples
            self._container.mux(self._stream.encode(frame))

    def _drain(self) -> None:
        if self._graph:
            self._graph.push(None)
            self._pull()

    def end(self) -> None:
        self._drain()
        self._container.mux(self._stream.encode(None))


def _rate(rate: int) -> int:
    if rate in RATES:
        return rate
    return 44_100 if rate % 11_025 == 0 else 48_000


def _hashes(path: Path, chunk: int) -> dict[str, Any]:
    whole, chunks, size = hashlib.sha256(), b"", 0
    with path.open("rb") as file:
        while piece := file.read(chunk):
            whole.update(piece)
            chunks += hashlib.sha256(piece).digest()
            size += len(piece)
        os.fsync(file.fileno())
    return {"sha256": whole.hexdigest(), "size_bytes": size, "chunk_hashes": chunks.hex()}
