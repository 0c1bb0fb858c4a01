"""Owns the raw material of every pitched sound: stacks of one-cycle tables, envelopes, noise.

A filter that moves, or a string that dulls, would need a loop over samples. Here a sound is
instead a *stack*: the same cycle of the wave at several stages (ever brighter, or ever later),
each made from its harmonics, so nothing above the hearing range ever arises. A note is a path
through the stack: the phase runs round the cycle while a position moves between the stages. All of
it is whole-array numpy.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .score import RATE, Samples

CYCLE = 2048
CEILING_HZ = 15_500.0
STAGES_PER_OCTAVE = 2
STAGES = 24

SEMITONE = float(np.log(2) / 12)

Stack = npt.NDArray[np.complex64]
"""Cycles of a wave, shape (stages, CYCLE). The real part is the value, the imaginary part the step
to the next, so that one look-up gives both that are needed to read between."""

Amplitudes = npt.NDArray[np.float64]


def samples(values: npt.NDArray[Any]) -> Samples:
    """Sound as float32, whatever arithmetic made of it."""
    return values.astype(np.float32, copy=False)


def hertz(pitch: float) -> float:
    """The frequency of a MIDI pitch, equal temperament at A = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def clock(count: int) -> Samples:
    """The times of so many samples, in seconds."""
    return np.arange(count, dtype=np.float32) / np.float32(RATE)


def harmonics(wave: str, count: int) -> Amplitudes:
    """The Fourier sine amplitudes 1…count of a classic wave, peaking near 1."""
    k = np.arange(1, count + 1, dtype=np.float64)
    odd = k % 2
    if wave == "saw":
        return 2 / (np.pi * k)
    if wave == "square":
        return 4 / (np.pi * k) * odd
    if wave == "triangle":
        return 8 / (np.pi * k) ** 2 * odd * np.where(k % 4 == 1, 1.0, -1.0)
    if wave == "sine":
        return np.where(k == 1, 1.0, 0.0)
    width = float(wave.removeprefix("pulse")) / 100
    amplitudes: Amplitudes = 4 / (np.pi * k) * np.sin(np.pi * k * width)
    return amplitudes


def table(amplitudes: Amplitudes, phases: Amplitudes) -> Stack:
    """A stack from harmonic amplitudes (stages, K) and phases (K)."""
    spectrum = np.zeros((*amplitudes.shape[:-1], CYCLE // 2 + 1), dtype=np.complex128)
    count = min(amplitudes.shape[-1], CYCLE // 2)
    spectrum[..., 1 : count + 1] = (
        amplitudes[..., :count] * np.exp(1j * (phases[:count] - np.pi / 2)) * (CYCLE / 2)
    )
    cycle = np.fft.irfft(spectrum, CYCLE, axis=-1)
    pairs: Stack = (cycle + 1j * (np.roll(cycle, -1, axis=-1) - cycle)).astype(np.complex64)
    return pairs


@lru_cache(maxsize=48)  # 0.4 MB each
def filtered(wave: str, resonance: float, count: int) -> Stack:
    """A stack of a wave through a resonant low-pass, two poles twice, ever more open.

    The cutoff of stage s lies at harmonic 2 ** ((s − 2) / STAGES_PER_OCTAVE); `resonance` is the Q.
    """
    k = np.arange(1, count + 1, dtype=np.float64)
    cutoff = 2.0 ** ((np.arange(STAGES) - 2.0) / STAGES_PER_OCTAVE)
    ratio = k[None, :] / cutoff[:, None]
    steep = 1 / np.sqrt((1 - ratio**2) ** 2 + (ratio / resonance) ** 2)
    gentle = 1 / np.sqrt((1 - ratio**2) ** 2 + 2 * ratio**2)
    return table(harmonics(wave, count) * steep * gentle, np.zeros(count))


def stage(cutoff_hz: Samples | float, frequency: float) -> Samples:
    """The position in a `filtered` stack at which a note is heard through a cutoff."""
    ratio = np.maximum(np.asarray(cutoff_hz, dtype=np.float32), 20) / np.float32(frequency)
    position: Samples = STAGES_PER_OCTAVE * np.log2(ratio) + np.float32(2)
    return position


def audible(frequency: float) -> int:
    """How many harmonics of a note are worth making."""
    return max(1, min(CYCLE // 2 - 1, int(CEILING_HZ / frequency)))


def read(
    stack: Stack,
    frequency: float,
    count: int,
    position: Samples | None = None,
    *,
    sway: Samples | None = None,
    offset: float = 0.0,
) -> Samples:
    """Play `count` samples of a stack at a frequency, along a position (stages).

    `sway` (seconds) displaces each sample in time, which is how pitch bends; `offset` is where in
    the cycle it starts, 0–1.
    """
    flat = stack.reshape(-1)
    sound = np.empty(count, dtype=np.float32)
    for piece in pieces(count, 8192):
        phase = np.arange(piece.start, piece.stop) * (frequency / RATE) + offset
        if sway is not None:
            phase += sway[piece] * frequency
        phase -= np.floor(phase)
        phase *= CYCLE
        left = phase.astype(np.intp)
        part = (phase - left).astype(np.float32)
        if position is None:
            sound[piece] = between(flat.take(left), part)
            continue
        where = np.clip(position[piece], 0, stack.shape[0] - 1.001)
        lower = where.astype(np.intp)
        left += lower * CYCLE
        under = between(flat.take(left), part)
        over = between(flat.take(left + CYCLE), part)
        sound[piece] = under + (over - under) * (where - lower)
    return sound


def between(pairs: Stack, part: Samples) -> Samples:
    return pairs.real + pairs.imag * part


def pieces(count: int, size: int = 65_536) -> Iterator[slice]:
    """A long sound in pieces that stay in the processor's cache: arithmetic is twice as fast."""
    for start in range(0, count, size):
        yield slice(start, min(count, start + size))


def sine(frequency: float, count: int, offset: float = 0.0) -> Samples:
    """A sine of a frequency (Hz); its phase is folded first, as float32 is coarse far out."""
    return samples(np.sin(np.float32(2 * np.pi) * fold(frequency, count, offset)))


def fold(frequency: float, count: int, offset: float = 0.0) -> Samples:
    """The phase of a frequency, 0–1 cycles, sample by sample."""
    phase = np.arange(count) * (frequency / RATE) + offset
    return samples(phase - np.floor(phase))


def envelope(
    seconds: float, attack: float, decay: float, sustain: float, release: float
) -> Samples:
    """Loudness of a held note: a rise, an exponential fall to `sustain`, and a release to nothing.

    Times in seconds; the result lasts `seconds` + `release`.
    """
    time = clock(round((seconds + release) * RATE))
    shape = sustain + (1 - sustain) * np.exp(-np.maximum(time - attack, 0) / max(decay, 1e-3))
    shape *= np.minimum(1, time / max(attack, 1e-3))
    since = np.maximum(time - seconds, 0)
    # Five time constants in the release, and a last straight run to zero: no click.
    shape *= np.exp(-since * (5 / max(release, 1e-3)))
    tail = min(len(shape), 256)
    shape[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)
    return samples(shape)


def vibrato(time: Samples, rate: float, depth: float, delay: float, start: float = 0.0) -> Samples:
    """The sway of a vibrato of `depth` semitones that swells in after `delay` seconds.

    `rate` in Hz, `start` in cycles.
    """
    swell = np.clip((time - delay) / 0.35, 0, 1)
    reach = -depth * SEMITONE / (2 * np.pi * max(rate, 0.01))
    return samples(np.cos(2 * np.pi * (rate * time + start)) * (reach * swell))


def scoop(time: Samples, semitones: float, seconds: float) -> Samples:
    """The sway of a note that starts so many semitones low and slides up to its pitch."""
    return samples(semitones * SEMITONE * seconds * np.exp(-time / seconds))


def noise(count: int, seed: int) -> Samples:
    """White noise, −1 to 1 at the edges of its bell, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal(count, dtype=np.float32) * np.float32(0.33)


def fast_length(count: int) -> int:
    """The next length that an FFT likes: 2, 3 or 5 times a power of two (or 9, 15 times)."""
    candidates = []
    for odd in (1, 3, 5, 9, 15, 25, 27):
        size = odd
        while size < count:
            size *= 2
        candidates.append(size)
    return min(candidates)


def band(sound: Samples, low: float, high: float) -> Samples:
    """What lies between two frequencies (Hz) of a sound (…, n), 12 dB an octave outside them."""
    count = sound.shape[-1]
    size = fast_length(max(2, count))
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    gain = 1 / np.sqrt(1 + (frequency / high) ** 4)
    if low > 0:
        ratio = (frequency / low) ** 2
        gain *= ratio / np.sqrt(1 + ratio**2)
    spectrum = np.fft.rfft(sound, size) * gain.astype(np.float32)
    return np.fft.irfft(spectrum, size)[..., :count].astype(np.float32)
