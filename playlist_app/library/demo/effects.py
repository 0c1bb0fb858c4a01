"""Owns what happens to sound after it is played: filters, rooms, echoes, tape, and loudness.

Sound here is float32 (2, n) at RATE. Feedback is written as a geometric series over the spectrum, so
nothing loops over samples.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .score import RATE, Room, Samples
from .waves import band, clock, fast_length, noise

TAPS = 1023
BLOCK = 8192
Spectrum = npt.NDArray[np.complexfloating]


@lru_cache(maxsize=64)
def kernel(low: float, high: float) -> Spectrum:
    """The spectrum of a linear-phase low and high cut, 12 dB an octave, for one block."""
    frequency = np.fft.rfftfreq(TAPS + 1, 1 / RATE)
    gain = np.ones_like(frequency)
    if high:
        gain /= np.sqrt(1 + (frequency / high) ** 4)
    if low:
        ratio = (frequency / low) ** 2
        gain *= ratio / np.sqrt(1 + ratio**2)
    taps = np.fft.irfft(gain, TAPS + 1)
    taps = np.roll(taps, TAPS // 2)[:TAPS] * np.hanning(TAPS)
    return np.fft.rfft(taps.astype(np.float32), BLOCK)


def cut(sound: Samples, low: float = 0.0, high: float = 0.0) -> Samples:
    """The sound without what lies below `low` and above `high` Hz (0: no cut), by overlap-save."""
    count = sound.shape[1]
    hop = BLOCK - TAPS + 1
    blocks = -(-(count + TAPS) // hop)
    padded = np.zeros((2, blocks * hop + BLOCK), dtype=np.float32)
    # The kernel delays by half its length: start that much later, so that nothing moves.
    padded[:, TAPS - 1 : TAPS - 1 + count] = sound
    windows = np.lib.stride_tricks.sliding_window_view(padded, BLOCK, axis=1)[:, ::hop][:, :blocks]
    done = np.fft.irfft(np.fft.rfft(windows, axis=-1) * kernel(low, high), BLOCK, axis=-1)
    whole = done[:, :, TAPS - 1 :].reshape(2, -1)
    late = TAPS // 2
    result: Samples = whole[:, late : late + count].astype(np.float32)
    return result


def chorused(sound: Samples, depth: float) -> Samples:
    """The sound beside two copies of itself that drift: wider and softer, `depth` 0–1."""
    count = sound.shape[1]
    time = clock(count)
    out = sound * np.float32(1 - 0.3 * depth)
    for side, rate in ((0, 0.61), (1, 0.53)):
        delay = (0.013 + 0.004 * np.sin(2 * np.pi * (rate * time + 0.25 * side))) * RATE
        at = np.arange(count, dtype=np.float32) - delay
        out[side] += np.float32(0.6 * depth) * between(sound[1 - side], at)
    return out


def between(channel: Samples, at: npt.NDArray[np.floating]) -> Samples:
    """A channel (n) read at fractional places, silence outside."""
    at = np.clip(at, 0, len(channel) - 2)
    left = at.astype(np.int64)
    part = (at - left).astype(np.float32)
    low = channel.take(left)
    return low + (channel.take(left + 1) - low) * part


def wow(sound: Samples, depth: float) -> Samples:
    """Tape that runs a little unevenly: slow wow and faster flutter of the pitch, `depth` 0–1."""
    time = clock(sound.shape[1]).astype(np.float64)
    drift = np.float64(depth) * (
        0.0016 * np.sin(2 * np.pi * 0.55 * time) + 0.00012 * np.sin(2 * np.pi * 6.3 * time)
    )
    at = (time - drift - 0.002 * depth) * RATE
    return np.stack([between(channel, at) for channel in sound])


@lru_cache(maxsize=32)
def impulse(decay: float, bright: float) -> Samples:
    """A room's answer to a clap (2, n): early reflections, then noise whose treble dies first.

    After Moorer (1979): exponentially falling noise is a good hall. Each side has its own noise.
    """
    count = round(RATE * (decay * 1.05 + 0.1))
    time = clock(count)
    build = np.minimum(1, time / np.float32(0.03))
    answer = np.zeros((2, count), dtype=np.float32)
    bands = ((160, 700, 1.0), (700, 2600, 0.9), (2600, 7500, 0.3 + 0.45 * bright))
    for side in (0, 1):
        for i, (low, high, share) in enumerate(bands):
            fall = np.exp(-time * np.float32(6.91 / (decay * share)))
            level = (1.0, 0.9, 0.45 + 0.5 * bright)[i]
            answer[side] += (
                np.float32(level) * band(noise(count, 900 + 7 * i + side), low, high) * fall
            )
        answer[side] *= build
        for gap, level in ((0.011, 0.5), (0.019, 0.4), (0.031, 0.34), (0.043, 0.26)):
            answer[side, round(RATE * gap * (1 + 0.13 * side))] += np.float32(level * 1.5)
    answer = np.pad(answer, ((0, 0), (round(0.012 * RATE), 0)))
    return answer / np.sqrt(np.sum(answer**2, axis=1, keepdims=True))


def surroundings(to_room: Samples, to_echo: Samples, room: Room, beat: float) -> Samples:
    """What comes back from the room and the echo; `beat` in seconds.

    The echo swings from side to side, its n-th return being gⁿ·LPⁿ delayed n times: summed at once as
    z / (1 − z²) and z² / (1 − z²) with z = g·LP·e^(−iωD).
    """
    count = to_room.shape[1]
    size = fast_length(count + RATE)
    answer = impulse(room.decay, room.bright)
    sends = np.fft.rfft(to_room, size, axis=1)
    if np.any(to_echo):
        frequency = np.fft.rfftfreq(size, 1 / RATE)
        shape = room.feedback / np.sqrt(1 + (frequency / room.damping) ** 4)
        shape *= (frequency / 160) / np.sqrt(1 + (frequency / 160) ** 2)
        z = (shape * np.exp(-2j * np.pi * frequency * (room.echo * beat))).astype(np.complex64)
        middle = np.fft.rfft(to_echo.sum(axis=0) * np.float32(0.5), size)
        first = middle * z / (1 - z * z) / np.complex64(room.feedback)
        second = first * z
        echoes = np.stack([first + 0.25 * second, second + 0.25 * first])
        sends += 0.3 * echoes
    else:
        echoes = np.zeros_like(sends)
    wet = sends * np.fft.rfft(answer, size, axis=1) + echoes
    back: Samples = np.fft.irfft(wet, size, axis=1)[:, :count].astype(np.float32)
    return back


@lru_cache(maxsize=4)
def k_weight(size: int) -> Samples:
    """The power weight of each FFT bin after ITU-R BS.1770: a head's shelf and a low cut."""
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    z = np.exp(-2j * np.pi * frequency / 48_000)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    weight: Samples = (np.abs(shelf * high_pass) ** 2).astype(np.float32)
    return weight


def loudness(sound: Samples, every: int = 1) -> float:
    """Integrated loudness in LUFS after ITU-R BS.1770: gated blocks of 0.4 s that overlap by 0.3 s.

    Each tenth of a second is weighted by its spectrum once, and a block is four of them. `every` 2 or
    3 listens to every second or third tenth only, which is enough to balance parts by.
    """
    tenth = RATE // 10
    count = max(4, sound.shape[1] // tenth)
    heard = np.zeros((2, count * tenth), dtype=np.float32)
    heard[:, : sound.shape[1]] = sound[:, : count * tenth]
    spectra = np.fft.rfft(heard.reshape(2, count, tenth)[:, ::every], axis=-1)
    power = np.einsum("cbf,f->b", np.abs(spectra) ** 2, k_weight(tenth)) * (2 / tenth**2)
    energy = np.convolve(power.astype(np.float64), np.full(4, 0.25), "valid")
    level = -0.691 + 10 * np.log10(np.maximum(energy, 1e-12))
    if not np.any(level > -70):
        return -70.0
    gate = -0.691 + 10 * np.log10(energy[level > -70].mean()) - 10
    return float(-0.691 + 10 * np.log10(energy[level > max(gate, -70)].mean()))


def limited(sound: Samples, ceiling: float) -> Samples:
    """The sound turned down, a moment ahead, wherever it would pass the ceiling (linear)."""
    count = sound.shape[1]
    hop = 64
    blocks = -(-count // hop)
    peaks = np.zeros(blocks * hop, dtype=np.float32)
    peaks[:count] = np.max(np.abs(sound), axis=0)
    need = np.minimum(1, ceiling / np.maximum(peaks.reshape(blocks, hop).max(axis=1), 1e-9))
    ahead, after = 4, 40
    lowest = need.copy()
    padded = np.pad(need, (after, ahead), constant_values=1)
    window = np.lib.stride_tricks.sliding_window_view(padded, ahead + after + 1)
    # Hold the reduction before and after each peak, then round the corners with a kernel that fits
    # inside the hold, so that the peak itself still gets its full reduction.
    lowest = window.min(axis=1)
    weights = np.hanning(ahead * 2 + 1)
    smooth = np.convolve(np.pad(lowest, ahead, mode="edge"), weights / weights.sum(), "valid")
    smooth = np.minimum(smooth, need)
    centres = np.arange(blocks) * hop + hop / 2
    gain = np.interp(np.arange(count), centres, smooth).astype(np.float32)
    return np.clip(sound * gain, -ceiling, ceiling)
