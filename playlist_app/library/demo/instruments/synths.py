"""Owns the subtractive synthesisers: basses, leads, pads, strings and brass from filtered waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from playlist_app.library.demo.score import Samples
from playlist_app.library.demo.unison import Bend, Unison
from playlist_app.library.demo.waves import (
    Stack,
    audible,
    clock,
    envelope,
    filtered,
    harmonics,
    hertz,
    read,
    sine,
    stage,
    table,
    vibrato,
)


@dataclass(frozen=True)
class Synth:
    """Oscillators in unison through a low-pass with its own envelope, then an amplifier.

    `cutoff` in Hz, opened by `sweep` octaves at full velocity and closing over `closing` seconds;
    `unison` oscillators lie `detune` cents apart and `width` wide (0 is mono); `sub` adds a sine an
    octave below; `wobble` = (Hz, octaves) moves the cutoff; times in seconds.
    """

    wave: str = "saw"
    cutoff: float = 1200.0
    sweep: float = 1.0
    closing: float = 0.25
    resonance: float = 0.9
    attack: float = 0.005
    decay: float = 0.3
    sustain: float = 0.7
    release: float = 0.15
    unison: int = 1
    detune: float = 9.0
    width: float = 0.0
    sub: float = 0.0
    drive: float = 0.0
    vibrato: tuple[float, float, float] = (0.0, 0.0, 0.0)
    wobble: tuple[float, float] = (0.0, 0.0)
    scoop: float = 0.0
    tracking: float = 0.35

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        frequency = hertz(pitch)
        loudness = envelope(seconds, self.attack, self.decay, self.sustain, self.release)
        count = len(loudness)
        time = clock(count)
        position = stage(self._cutoff(time, pitch, velocity, colour), frequency)
        stack = filtered(self.wave, self.resonance, audible(frequency))
        unison = Unison(self.unison, self.detune, self.width, scatter=0.618)
        bend = Bend(self.vibrato, (self.scoop, 0.035))
        sound = unison.play(stack, frequency, count, position, bend)
        if self.sub:
            sound += np.float32(self.sub) * sine(frequency / 2, count)
        if self.drive:
            sound = np.tanh(sound * np.float32(1 + 3 * self.drive)) / np.float32(1 + self.drive)
        return sound * loudness * np.float32(velocity)

    def _cutoff(self, time: Samples, pitch: float, velocity: float, colour: float) -> Samples:
        octaves = (
            self.tracking * (pitch - 60) / 12
            + colour
            + self.sweep * velocity * np.exp(-time / max(self.closing, 1e-3))
        )
        if self.wobble[1]:
            octaves = octaves + self.wobble[1] * np.sin(
                2 * np.pi * (self.wobble[0] * time + pitch * 0.19)
            )
        cutoff: Samples = (self.cutoff * np.exp2(octaves)).astype(np.float32)
        return cutoff


@dataclass(frozen=True)
class Sub:
    """A sine bass with a touch of the next harmonics, so that small speakers let it be heard."""

    attack: float = 0.008
    decay: float = 0.6
    sustain: float = 0.75
    release: float = 0.08
    warmth: float = 0.3

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        loudness = envelope(seconds, self.attack, self.decay, self.sustain, self.release)
        amplitudes = np.array([[1.0, self.warmth, self.warmth * 0.5, self.warmth * 0.15]])
        sound = read(table(amplitudes, np.zeros(4)), hertz(pitch), len(loudness))
        return sound * loudness * np.float32(velocity)


@dataclass(frozen=True)
class Chip:
    """One channel of an 8-bit console: a pulse or a triangle, its volume in sixteen steps."""

    wave: str = "pulse25"
    decay: float = 0.4
    sustain: float = 0.5
    shake: float = 0.0

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        loudness = envelope(seconds, 0.002, self.decay, self.sustain, 0.03)
        if self.wave != "triangle":
            loudness = np.round(loudness * 15) / np.float32(15)
            loudness[-200:] *= np.linspace(1, 0, 200, dtype=np.float32)
        count = len(loudness)
        time = clock(count)
        sway = vibrato(time, 6.2, self.shake, 0.16)
        stack = chip_cycle(self.wave, min(audible(hertz(pitch)), 60))
        sound = read(stack, hertz(pitch), count, sway=sway)
        return sound * loudness * np.float32(velocity)


def chip_cycle(wave: str, count: int) -> Stack:
    """One band-limited cycle of a console wave, its highest harmonics softened."""
    k = np.arange(1, count + 1)
    return table((harmonics(wave, count) * np.exp(-k / 45))[None, :], np.zeros(count))
