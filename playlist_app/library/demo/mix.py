"""Owns the studio: it plays an arrangement's parts, balances them, and masters the sum."""

from __future__ import annotations

import numpy as np

from .effects import chorused, cut, limited, loudness, surroundings, wow
from .instruments.drums import KICK, Kit
from .score import RATE, Arrangement, Finish, Part, Samples
from .waves import pieces, sine

TARGET_LUFS = -16.0
CEILING = 10 ** (-1.6 / 20)
VELOCITY_LAYERS = 14
LEAD_IN = 0.05
"""Seconds before the first beat: room for players who are early, and for codecs to settle."""


def mixdown(arrangement: Arrangement, seed: int) -> Samples:
    """An arrangement as finished sound: float32 (2, n), −16 LUFS, peaks under −1.6 dBFS."""
    tail = min(4.5, max(arrangement.room.decay, 1.2) + 0.8)
    count = round((LEAD_IN + arrangement.groove.seconds(arrangement.beats) + tail) * RATE)
    dry = np.zeros((2, count), dtype=np.float32)
    to_room, to_echo = np.zeros_like(dry), np.zeros_like(dry)
    pump = ducking(arrangement, count)
    for i, part in enumerate(arrangement.parts):
        rng = np.random.default_rng((seed, i))
        sound = processed(part, perform(part, arrangement, count, rng), pump)
        gain = gain_to(part.level, loudness(sound, every=3))
        for piece in pieces(count):
            heard = sound[:, piece] * gain
            dry[:, piece] += heard
            to_room[:, piece] += heard * np.float32(part.reverb)
            if part.echo:
                to_echo[:, piece] += heard * np.float32(part.echo)
    dry += surroundings(to_room, to_echo, arrangement.room, 60 / arrangement.groove.tempo)
    return master(dry, arrangement.finish)


def perform(part: Part, arrangement: Arrangement, count: int, rng: np.random.Generator) -> Samples:
    """A part played dry: each note where the groove puts it, a little early or late."""
    sound = np.zeros((2, count), dtype=np.float32)
    played: dict[tuple[float, float, float, float], Samples] = {}
    groove = arrangement.groove
    for note in part.notes:
        start = groove.seconds(max(0.0, note.start))
        seconds = round(groove.seconds(note.end) - start, 2)
        velocity = note.velocity * float(np.exp(rng.normal(0, 0.06)))
        layer = min(VELOCITY_LAYERS, max(1, round(velocity * VELOCITY_LAYERS))) / VELOCITY_LAYERS
        key = (note.pitch, max(seconds, 0.03), layer, round(note.colour, 2))
        if key not in played:
            played[key] = part.voice(*key)
        at = round(max(0.0, LEAD_IN + start + rng.normal(0, part.looseness)) * RATE)
        lean = (note.pitch - 60) / 30 * part.spread + part.pan
        place(sound, played[key], at, float(np.clip(lean, -1, 1)))
    return sound


def place(sound: Samples, note: Samples, at: int, pan: float) -> None:
    """Add a note to a part at a sample, at an equal-power place between left (−1) and right (1)."""
    left, right = np.float32(np.sqrt(1 - pan)), np.float32(np.sqrt(1 + pan))
    end = min(sound.shape[1], at + note.shape[-1])
    if end <= at:
        return
    two = note if note.ndim == 2 else (note, note)
    sound[0, at:end] += two[0][: end - at] * left
    sound[1, at:end] += two[1][: end - at] * right


def processed(part: Part, sound: Samples, pump: Samples) -> Samples:
    """A part through its own effects."""
    if part.drive:
        top = max(1e-6, float(np.abs(sound).max()))
        sound = np.tanh(sound * np.float32((1 + 5 * part.drive) / top))
    if part.low_cut or part.high_cut:
        sound = cut(sound, part.low_cut, part.high_cut)
    if part.chorus:
        sound = chorused(sound, part.chorus)
    rate, depth = part.tremolo
    if depth:
        sway = np.float32(depth) * sine(rate, sound.shape[1])
        sound[0] *= 1 + sway
        sound[1] *= 1 - sway
    if part.duck:
        sound *= 1 - np.float32(part.duck) * pump
    return sound


def ducking(arrangement: Arrangement, count: int) -> Samples:
    """How far the kick pushes the others down over time (n), 1 at each beat of the drum."""
    pump = np.zeros(count, dtype=np.float32)
    time = np.arange(round(0.42 * RATE), dtype=np.float32) / RATE
    dip = np.minimum(1, time / np.float32(0.004)) * np.clip(1 - (time - 0.05) / 0.33, 0, 1) ** 1.6
    dip = np.minimum(dip, 1).astype(np.float32)
    for part in arrangement.parts:
        if not isinstance(part.voice, Kit):
            continue
        for note in part.notes:
            if note.pitch == KICK:
                at = round((LEAD_IN + arrangement.groove.seconds(note.start)) * RATE)
                end = min(count, at + len(dip))
                pump[at:end] = np.maximum(pump[at:end], dip[: max(0, end - at)])
    return pump


def master(sound: Samples, finish: Finish) -> Samples:
    """The last chain: rumble out, tape, loudness, limiter, and silence at both ends."""
    sound = cut(sound, 28, finish.high_cut or 15_500)
    if finish.wow:
        sound = wow(sound, finish.wow)
    push = gain_to(TARGET_LUFS, loudness(sound)) * np.float32(0.8 * (1 + finish.drive))
    for piece in pieces(sound.shape[1]):
        sound[:, piece] = np.tanh(sound[:, piece] * push)
    return faded(limited(sound * gain_to(TARGET_LUFS, loudness(sound)), CEILING))


def gain_to(wanted: float, measured: float) -> np.float32:
    return np.float32(10 ** ((wanted - measured) / 20))


def faded(sound: Samples) -> Samples:
    """The sound without what is too quiet to hear at its end, and with soft edges."""
    level = np.max(np.abs(sound), axis=0)
    heard = np.nonzero(level > 10 ** (-52 / 20))[0]
    end = min(sound.shape[1], int(heard[-1]) + RATE // 4) if len(heard) else sound.shape[1]
    sound = sound[:, :end].copy()
    rise, fall = round(0.004 * RATE), min(end, round(1.1 * RATE))
    sound[:, :rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    sound[:, -fall:] *= np.cos(np.linspace(0, np.pi / 2, fall, dtype=np.float32)) ** 2
    return sound
