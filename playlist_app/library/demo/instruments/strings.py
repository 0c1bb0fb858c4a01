"""Owns the plucked strings: guitars, harp, upright and electric bass, clavinet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from playlist_app.library.demo.score import RATE, Samples
from playlist_app.library.demo.waves import Stack, audible, band, clock, hertz, noise, read, table

STAGES = 26


def body(
    frequency: npt.NDArray[np.float64], peaks: tuple[tuple[float, float], ...]
) -> npt.NDArray[np.float64]:
    """How a body colours a string: resonances (Hz, gain), each about a third of an octave wide."""
    gain = np.ones_like(frequency)
    for centre, height in peaks:
        gain += height * np.exp(-((np.log2(frequency / centre) / 0.3) ** 2))
    return gain


@dataclass(frozen=True)
class Pluck:
    """A plucked string after Karplus & Strong (1983), drawn as a stack instead of a delay line.

    Their loop averages neighbouring samples once a period, so a harmonic at f loses amplitude at a
    rate that grows with f²: here each stage of the stack is the cycle at a later time, with every
    harmonic as far decayed as that loop would have it. It is in tune at any pitch, which an
    integer delay is not. `ring` is the seconds to fall by 60 dB at middle C; `bright` the Hz up to
    which the pluck is full; `damping` the Hz at which a harmonic dies twice as fast; `point` where
    along the string it is plucked (0–½).
    """

    ring: float = 3.0
    bright: float = 3000.0
    damping: float = 1600.0
    point: float = 0.18
    release: float = 0.12
    pick: float = 0.15
    pair: float = 0.0
    bodied: tuple[tuple[float, float], ...] = ()
    slap: float = 0.0
    drive: float = 0.0

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        frequency = hertz(pitch)
        ring = self.ring * (261.6 / frequency) ** 0.5
        held = min(seconds, ring)
        count = round((held + self.release) * RATE)
        time = clock(count)
        bright = self.bright * 2.0 ** (colour + 1.4 * (velocity - 0.8))
        stack = struck(frequency, ring, bright, self.damping, self.point, self.bodied)
        # The stages lie ever further apart in time, as the change is fastest at first.
        position = np.sqrt(np.minimum(time / np.float32(ring), 1)) * np.float32(STAGES - 1)
        sound = read(stack, frequency, count, position)
        if self.pair:
            other = read(stack, frequency * 2 ** (self.pair / 1200), count, position)
            sound = np.stack([sound + 0.35 * other, 0.35 * sound + other])
        if self.pick:
            tick = pick_noise(round(pitch)) * np.float32(self.pick * velocity)
            sound[..., : min(count, len(tick))] += tick[:count]
        if self.slap:
            sound = np.tanh(sound * np.float32(1 + self.slap * velocity * 4))
            sound -= sound.mean()  # a bent wave leans to one side
        sound *= np.minimum(1, time / np.float32(0.0015))
        sound *= np.exp(-np.maximum(time - held, 0) * np.float32(5 / self.release))
        sound[..., -128:] *= np.linspace(1, 0, 128, dtype=np.float32)
        if self.drive:
            sound = np.tanh(sound * np.float32(1 + 4 * self.drive))
        return sound * np.float32(velocity)


@lru_cache(maxsize=48)  # 0.4 MB each
def struck(
    frequency: float,
    ring: float,
    bright: float,
    damping: float,
    point: float,
    bodied: tuple[tuple[float, float], ...],
) -> Stack:
    """The stack of one string: STAGES cycles from the pluck to silence, at √time spacing."""
    count = min(audible(frequency), 160)
    k = np.arange(1, count + 1, dtype=np.float64)
    heard = k * frequency
    amplitudes = np.abs(np.sin(np.pi * k * point)) / k**0.75
    amplitudes *= 1 / (1 + (heard / bright) ** 2)
    amplitudes *= body(heard, bodied)
    amplitudes /= np.sqrt(np.sum(amplitudes**2)) * 1.6
    rate = 6.91 / ring * (1 + (heard / damping) ** 2)
    times = ring * (np.arange(STAGES) / (STAGES - 1)) ** 2
    faded = amplitudes[None, :] * np.exp(-times[:, None] * rate[None, :])
    phases = np.random.default_rng(round(frequency * 10)).uniform(-1.2, 1.2, count)
    return table(faded, phases)


@lru_cache(maxsize=128)
def pick_noise(seed: int) -> Samples:
    """The nail or plectrum leaving the string: 12 ms of dull noise."""
    tick = noise(530, seed) * np.exp(-np.arange(530) / 90).astype(np.float32)
    return band(tick, 700, 4200)


WOOD = ((105.0, 1.6), (210.0, 1.0), (420.0, 0.5))

NYLON = Pluck(ring=2.6, bright=1900, damping=1100, point=0.22, bodied=WOOD, pick=0.12)
STEEL = Pluck(ring=3.6, bright=4400, damping=2400, point=0.14, bodied=WOOD, pick=0.2)
TWELVE = Pluck(ring=3.4, bright=4800, damping=2600, point=0.13, bodied=WOOD, pair=7, pick=0.2)
HARP = Pluck(ring=4.2, bright=2800, damping=1800, point=0.38, pick=0.05, release=0.5)
MUTED = Pluck(ring=0.85, bright=2600, damping=1300, point=0.12, pick=0.3, release=0.04)
ELECTRIC = Pluck(ring=2.8, bright=2300, damping=2000, point=0.2, pick=0.1, drive=0.2)
CLAVINET = Pluck(
    ring=1.3, bright=4200, damping=2600, point=0.09, pick=0.3, release=0.03, drive=0.25
)
UPRIGHT = Pluck(
    ring=1.5, bright=700, damping=420, point=0.28, pick=0.18, release=0.09, bodied=((95.0, 0.8),)
)
FINGERED = Pluck(ring=2.0, bright=1000, damping=700, point=0.2, pick=0.12, release=0.06)
SLAPPED = Pluck(ring=1.6, bright=2600, damping=1100, point=0.12, pick=0.5, release=0.05, slap=0.5)
