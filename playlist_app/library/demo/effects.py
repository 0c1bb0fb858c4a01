"""Owns what happens to sound after it is played: filters, rooms, echoes, tape, and loudness.

Sound here is float32 (2, n) at RATE. Feedback is written as a geometric series over the spectrum,
so nothing loops over samples.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .score import RATE, Room, Samples
from .waves import band, clock, fast_length, noise, pieces, samples

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
    step = (BLOCK - TAPS + 1) * 8
    late = TAPS // 2  # the kernel delays by half its length: look that much ahead
    padded = np.pad(sound, ((0, 0), (TAPS - 1 - late, step + BLOCK)))
    result = np.empty_like(sound)
    for start in range(0, count, step):
        heard = padded[:, start : start + step + TAPS - 1]
        blocks = np.lib.stride_tricks.sliding_window_view(heard, BLOCK, axis=1)
        blocks = blocks[:, :: BLOCK - TAPS + 1]
        done = np.fft.irfft(np.fft.rfft(blocks) * kernel(low, high), BLOCK)[:, :, TAPS - 1 :]
        end = min(count, start + step)
        result[:, start:end] = done.reshape(2, -1)[:, : end - start]
    return result


def chorused(sound: Samples, depth: float) -> Samples:
    """The sound beside two copies of itself that drift: wider and softer, `depth` 0–1."""
    time = clock(sound.shape[1])
    mixed = sound * np.float32(1 - 0.3 * depth)
    for side, rate in ((0, 0.61), (1, 0.53)):
        late = 0.013 + 0.004 * np.sin(2 * np.pi * (rate * time + 0.25 * side))
        mixed[side] += np.float32(0.6 * depth) * delayed(sound[1 - side], late)
    return mixed


def wow(sound: Samples, depth: float) -> Samples:
    """Tape that runs a little unevenly: slow wow and faster flutter of the pitch, `depth` 0–1."""
    time = clock(sound.shape[1])
    slow = 0.0016 * np.sin(2 * np.pi * 0.55 * time)
    fast = 0.00012 * np.sin(2 * np.pi * 6.3 * time)
    late = depth * (0.0018 + slow + fast)
    return np.stack([delayed(channel, late) for channel in sound])


def delayed(channel: Samples, late: Samples) -> Samples:
    """A channel (n), each sample so many seconds late; silence before it begins."""
    result = np.empty_like(channel)
    for piece in pieces(len(channel)):
        behind = late[piece] * np.float32(RATE)
        whole = np.ceil(behind)
        left = np.arange(piece.start, piece.stop) - whole.astype(np.intp)
        low = channel.take(np.maximum(left, 0))
        high = channel.take(np.clip(left + 1, 0, len(channel) - 1))
        result[piece] = (low + (high - low) * (whole - behind)) * (left >= 0)
    return result


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
    return samples(answer / np.sqrt(np.sum(answer**2, axis=1, keepdims=True)))


def surroundings(to_room: Samples, to_echo: Samples, room: Room, beat: float) -> Samples:
    """What comes back from the room and the echo; `beat` in seconds.

    The echo swings from side to side, its n-th return being gⁿ·LPⁿ delayed n times: summed at once
    as z / (1 − z²) and z² / (1 − z²) with z = g·LP·e^(−iωD). Neither keeps anything above 8 kHz, so
    both are worked out at half the rate.
    """
    count = to_room.shape[1]
    size = fast_length((count + RATE) // 2)
    sends = np.fft.rfft(halved(to_room), size, axis=1)
    frequency = np.fft.rfftfreq(size, 2 / RATE)
    shape = room.feedback / np.sqrt(1 + (frequency / room.damping) ** 4)
    shape *= (frequency / 160) / np.sqrt(1 + (frequency / 160) ** 2)
    z = (shape * np.exp(-2j * np.pi * frequency * (room.echo * beat))).astype(np.complex64)
    middle = np.fft.rfft(halved(to_echo).sum(axis=0) * np.float32(0.5), size)
    first = middle * z / (1 - z * z) / np.complex64(room.feedback)
    second = first * z
    echoes = np.stack([first + 0.25 * second, second + 0.25 * first])
    answer = np.fft.rfft(halved(impulse(room.decay, room.bright)) * np.float32(2), size, axis=1)
    back = np.fft.irfft((sends + 0.3 * echoes) * answer + echoes, size, axis=1)
    return doubled(samples(back), count)


def halved(sound: Samples) -> Samples:
    """Every two samples as one: half the rate."""
    even = sound.shape[1] // 2 * 2
    return (sound[:, :even:2] + sound[:, 1:even:2]) * np.float32(0.5)


def doubled(sound: Samples, count: int) -> Samples:
    """Back at the full rate, by straight lines between the samples; `count` samples long."""
    whole = np.empty((2, 2 * sound.shape[1]), dtype=np.float32)
    whole[:, ::2] = sound
    whole[:, 1:-1:2] = (sound[:, 1:] + sound[:, :-1]) * np.float32(0.5)
    whole[:, -1] = 0
    return whole[:, :count]


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

    Each tenth of a second is weighted by its spectrum once, and a block is four of them. `every` 2
    or 3 listens to every second or third tenth only, which is enough to balance parts by.
    """
    tenth = RATE // 10
    count = max(4, sound.shape[1] // tenth)
    heard = np.zeros((2, count * tenth), dtype=np.float32)
    heard[:, : sound.shape[1]] = sound[:, : count * tenth]
    tenths = heard.reshape(2, count, tenth)[:, ::every]
    power = np.empty(tenths.shape[1], dtype=np.float64)
    for piece in pieces(tenths.shape[1], 16):
        spectra = np.fft.rfft(tenths[:, piece])
        weighed = (spectra.real**2 + spectra.imag**2) @ k_weight(tenth)
        power[piece] = weighed.sum(axis=0) * (2 / tenth**2)
    energy = np.convolve(power, np.full(4, 0.25), "valid")
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
    return samples(np.clip(sound * gain, -ceiling, ceiling))
