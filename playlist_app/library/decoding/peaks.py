"""How loud a file is from beginning to end, in few numbers, for the seek bar."""

from __future__ import annotations

from typing import Any

import av
import numpy as np

COUNT = 400
AT_ONCE = 65_536  # samples


class Peaks:
    """Takes the frames of one stream in turn. `seconds` is about how long it is."""

    def __init__(self, seconds: float) -> None:
        self._block = 0
        self._seconds = seconds
        self._energy: list[Any] = []
        self._samples: list[Any] = []
        # Frames are short, and numpy is quick with what is long.
        self._pending: list[Any] = []
        self._pending_samples = 0

    def add(self, frame: av.AudioFrame) -> None:
        if not self._block:
            # Some blocks for each of the values, and no more than are needed for hours.
            self._block = max(64, int(frame.sample_rate * self._seconds / COUNT / 4))
        self._pending.append(_as_one(frame))
        self._pending_samples += frame.samples
        if self._pending_samples >= AT_ONCE:
            self._take()

    def _take(self) -> None:
        square = np.square(np.nan_to_num(np.concatenate(self._pending), posinf=1.0))
        starts = np.arange(0, square.size, self._block)
        self._energy.append(np.add.reduceat(square, starts))
        self._samples.append(np.diff(starts, append=square.size))
        self._pending, self._pending_samples = [], 0

    def values(self) -> bytes:
        """COUNT values of 0 to 255: the mean of each part, where the loudest part is 255."""
        if self._pending:
            self._take()
        if not self._energy:
            return bytes(COUNT)
        samples = np.concatenate([[0], np.cumsum(np.concatenate(self._samples))])
        energy = np.concatenate([[0], np.cumsum(np.concatenate(self._energy))])
        bounds = np.linspace(0, samples[-1], COUNT + 1)
        parts = np.diff(np.interp(bounds, samples, energy))
        means = np.sqrt(np.maximum(parts, 0))
        loudest = means.max()
        if not loudest > 0:
            return bytes(COUNT)
        return bytes(np.round(means / loudest * 255).astype(np.uint8))


def _as_one(frame: av.AudioFrame) -> Any:
    """The samples of all channels as one, 0 to about 1."""
    data: Any = frame.to_ndarray()
    if not frame.format.is_planar:
        data = data.reshape(-1, frame.layout.nb_channels).T
    if data.dtype == np.uint8:
        return np.abs(data.astype(np.float32) / 128 - 1).mean(axis=0)
    mean = np.abs(data.astype(np.float32)).mean(axis=0)
    if data.dtype.kind == "i":
        return mean / -float(np.iinfo(data.dtype).min)
    return mean
