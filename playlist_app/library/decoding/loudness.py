"""Loudness by EBU R128 (ITU-R BS.1770), measured by FFmpeg's filter while a file is decoded."""

from __future__ import annotations

from typing import Any

import av
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as Ended
from av.error import FFmpegError
from av.filter import Graph

SILENCE = -70.0  # LUFS; what is more quiet is no sound by R128


class Meter:
    """Takes the frames of one stream in turn. `true_peak` costs as much again as all the rest."""

    def __init__(self, *, true_peak: bool = False) -> None:
        self._options = "metadata=1:framelog=quiet" + (":peak=true" if true_peak else "")
        self._graph: Graph | None = None
        self._kind: tuple[Any, ...] = ()
        self._said: dict[str, str] = {}

    def add(self, frame: av.AudioFrame) -> None:
        kind = (frame.sample_rate, frame.format.name, frame.layout.name)
        if kind != self._kind:
            # A stream that changes its kind midway is measured by its last part; few do.
            self._begin(frame)
            self._kind = kind
        assert self._graph
        self._graph.push(frame)
        self._listen()

    def _begin(self, frame: av.AudioFrame) -> None:
        self._graph = Graph()
        source = self._graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        meter = self._graph.add("ebur128", self._options)
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()

    def _listen(self) -> None:
        assert self._graph
        while True:
            try:
                said = self._graph.pull().metadata
            except (NothingYet, Ended):
                return
            if "lavfi.r128.I" in said:
                self._said = said

    def end(self) -> None:
        if self._graph:
            self._graph.push(None)
            self._listen()

    @property
    def lufs(self) -> float | None:
        """Integrated loudness; None for what is too short or too quiet to have one."""
        value = float(self._said.get("lavfi.r128.I", SILENCE))
        return round(value, 2) if value > SILENCE else None

    @property
    def true_peak(self) -> float | None:
        """The highest value between the samples as well: 1.0 is full scale."""
        peak = self._said.get("lavfi.r128.true_peak")
        return float(peak) if peak else None


class QuietMeter(Meter):
    """A meter for where loudness is one of several things: what it can't measure has none."""

    _failed = False

    def add(self, frame: av.AudioFrame) -> None:
        if not self._failed:
            try:
                super().add(frame)
            except (FFmpegError, ValueError):
                self._failed = True
                self._said = {}

    def end(self) -> None:
        if not self._failed:
            super().end()
