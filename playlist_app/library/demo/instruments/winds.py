"""Owns what is blown, bowed or sung: flute, clarinet, trumpet, accordion, fiddle, choir."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playlist_app.library.demo.score import Samples
from playlist_app.library.demo.unison import Bend, Unison
from playlist_app.library.demo.waves import (
    Stack,
    audible,
    band,
    clock,
    envelope,
    hertz,
    noise,
    table,
)


@lru_cache(maxsize=128)
def coloured(
    frequency: float, tilt: float, even: float, formants: tuple[tuple[float, float], ...]
) -> Stack:
    """Two cycles, soft and full: harmonics falling as k^−tilt, even ones scaled, through formants.

    `formants` are (Hz, gain): broad resonances that stay put while the pitch moves.
    """
    count = min(audible(frequency), 70)
    k = np.arange(1, count + 1, dtype=np.float64)
    heard = k * frequency
    gain = np.full(count, 0.15 if formants else 1.0)
    for centre, height in formants:
        gain += height * np.exp(-((np.log2(heard / centre) / 0.42) ** 2))
    full = k**-tilt * np.where(k % 2 == 0, even, 1.0) * gain / (1 + (heard / 6500) ** 4)
    soft = full * k**-1.1
    pair = np.stack([one / (np.sqrt(np.sum(one**2)) * 1.7) for one in (soft, full)])
    return table(pair, np.random.default_rng(count).uniform(-0.6, 0.6, count))


@dataclass(frozen=True)
class Wind:
    """A blown, bowed or sung tone: brighter when louder, with breath and a vibrato that swells in.

    `tilt` is how fast harmonics fall, `even` the level of the even ones, `breath` the level of
    noise around the tone, `vibrato` (Hz, semitones, seconds before it), `chorus` voices `detune`
    cents apart.
    """

    tilt: float = 1.6
    even: float = 1.0
    formants: tuple[tuple[float, float], ...] = ()
    breath: float = 0.0
    attack: float = 0.05
    release: float = 0.1
    decay: float = 1.2
    sustain: float = 0.8
    vibrato: tuple[float, float, float] = (5.2, 0.16, 0.25)
    chorus: int = 1
    detune: float = 8.0
    scoop: float = 0.0

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        frequency = hertz(pitch)
        loudness = envelope(seconds, self.attack, self.decay, self.sustain, self.release)
        count = len(loudness)
        time = clock(count)
        loudness *= np.minimum(1, time / self.attack)  # air and bow start gently: the rise squared
        stack = coloured(frequency, self.tilt, self.even, self.formants)
        position = np.clip(velocity * loudness * 1.15 + colour * 0.3, 0, 0.999)
        unison = Unison(self.chorus, self.detune, width=0.8 if self.chorus > 1 else 0.0)
        bend = Bend(self.vibrato, (self.scoop, 0.05))
        sound = unison.play(stack, frequency, count, position, bend)
        if self.breath:
            air = band(noise(count, round(pitch)), frequency * 0.8, min(frequency * 5, 6000))
            sound = sound + air * np.float32(self.breath) * (0.5 + np.exp(-time / 0.05))
        return sound * loudness * np.float32(velocity)


FLUTE = Wind(tilt=2.4, even=1.2, breath=0.22, attack=0.06, vibrato=(5.0, 0.14, 0.22))
WHISTLE = Wind(tilt=2.9, even=0.7, breath=0.14, attack=0.03, vibrato=(5.6, 0.1, 0.3), release=0.06)
CLARINET = Wind(tilt=1.25, even=0.18, breath=0.05, attack=0.04, vibrato=(5.0, 0.06, 0.3))
TRUMPET = Wind(
    tilt=0.75, formants=((1200.0, 1.0), (2400.0, 0.5)), attack=0.03, scoop=0.4, breath=0.06,
    vibrato=(5.4, 0.14, 0.2),
)  # fmt: skip
MELODICA = Wind(
    tilt=0.8, even=0.75, formants=((700.0, 0.7), (1800.0, 0.9)), attack=0.04, breath=0.05,
    chorus=2, detune=3, vibrato=(4.6, 0.07, 0.2), sustain=0.9,
)  # fmt: skip
ACCORDION = Wind(
    tilt=0.85, formants=((600.0, 0.8), (1500.0, 0.7), (2800.0, 0.3)), attack=0.045, sustain=0.95,
    chorus=3, detune=9, vibrato=(4.4, 0.03, 0.2), release=0.09,
)  # fmt: skip
FIDDLE = Wind(
    tilt=0.95, formants=((480.0, 0.6), (1100.0, 0.8), (2600.0, 0.7)), attack=0.06, breath=0.06,
    vibrato=(5.6, 0.2, 0.18), sustain=0.9,
)  # fmt: skip
CELLO = Wind(
    tilt=1.05, formants=((250.0, 0.8), (600.0, 0.7), (1500.0, 0.35)), attack=0.11, breath=0.05,
    vibrato=(5.1, 0.18, 0.25), sustain=0.92, release=0.2,
)  # fmt: skip
ENSEMBLE = Wind(
    tilt=1.05, formants=((420.0, 0.6), (1200.0, 0.6), (2600.0, 0.3)), attack=0.22, release=0.45,
    vibrato=(5.2, 0.14, 0.1), chorus=5, detune=13, sustain=0.95,
)  # fmt: skip
CHOIR = Wind(
    tilt=1.15, formants=((620.0, 1.3), (1080.0, 0.8), (2600.0, 0.22)), attack=0.4, release=0.8,
    vibrato=(4.8, 0.16, 0.2), chorus=5, detune=15, breath=0.1, sustain=0.95,
)  # fmt: skip
