"""Owns the subtractive synthesisers: basses, leads, pads, strings and brass from filtered waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..score import Samples
from ..waves import audible, clock, envelope, filtered, harmonics, hertz, read, stage, table, turn
from ..waves import vibrato as bend_of


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
        sound = np.zeros((2, count) if self.width else count, dtype=np.float32)
        for i in range(self.unison):
            place = (i / (self.unison - 1) * 2 - 1) if self.unison > 1 else 0.0
            phase = turn(
                frequency * 2 ** (place * self.detune / 1200),
                self._bend(time, i),
                count,
                offset=(pitch * 0.37 + i * 0.618) % 1 if self.unison > 1 else 0.0,
            )
            voice = read(stack, phase, position)
            if self.width:
                # Neighbours in pitch go to opposite sides, so that neither side is sharp.
                side = place * self.width * (1 if i % 2 else -1)
                sound[0] += voice * np.float32(np.sqrt((1 - side) / 2))
                sound[1] += voice * np.float32(np.sqrt((1 + side) / 2))
            else:
                sound += voice
        sound /= np.float32(np.sqrt(self.unison))
        if self.sub:
            turned = turn(frequency / 2, None, count)
            sound += np.float32(self.sub) * np.sin(2 * np.pi * turned).astype(np.float32)
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

    def _bend(self, time: Samples, i: int) -> Samples | None:
        if not self.vibrato[1] and not self.scoop:
            return None
        bend = bend_of(time, self.vibrato[0] * (1 + 0.06 * i), *self.vibrato[1:], start=i * 0.29)
        if self.scoop:
            bend = bend - self.scoop * np.exp(-time / 0.035)
        return bend


@dataclass(frozen=True)
class Sub:
    """A plain sine bass with a touch of its second and third harmonic, so small speakers hear it."""

    attack: float = 0.008
    decay: float = 0.6
    sustain: float = 0.75
    release: float = 0.08
    warmth: float = 0.3
    drop: float = 0.0

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        loudness = envelope(seconds, self.attack, self.decay, self.sustain, self.release)
        time = clock(len(loudness))
        bend = self.drop * np.exp(-time / 0.03) if self.drop else None
        phase = turn(hertz(pitch), bend, len(loudness))
        amplitudes = np.array([1.0, self.warmth, self.warmth * 0.5, self.warmth * 0.15])
        sound = read(table(amplitudes[None, :], np.zeros(4)), phase, 0.0)
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
        bend = bend_of(time, 6.2, self.shake, 0.16)
        stack = chip_cycle(self.wave, min(audible(hertz(pitch)), 60))
        sound = read(stack, turn(hertz(pitch), bend, count), 0.0)
        return sound * loudness * np.float32(velocity)


def chip_cycle(wave: str, count: int) -> Samples:
    """One band-limited cycle of a console wave, its highest harmonics softened."""
    k = np.arange(1, count + 1)
    return table((harmonics(wave, count) * np.exp(-k / 45))[None, :], np.zeros(count))
