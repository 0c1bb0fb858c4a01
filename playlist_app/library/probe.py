"""Look into a file: is it audio, whole, and what do its tags and its picture say?

This runs as a process of its own (inspection.py starts it): files come from outside, and whatever
one does to a decoder must not reach the server. It prints one JSON object: what it found, or
`{"error": "not_audio" | "truncated", "detail": …}`. Pictures are written beside the file, as
`<file>.large.jpg` and `<file>.small.jpg`.

    python probe.py FILE NAME
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import resource
import sys
import types
from pathlib import Path
from typing import Any

CPU_SECONDS = 60
MEMORY = 2 * 1024**3  # bytes of address space
DECODED = 10.0  # seconds decoded at the beginning, and as many at the end
# An mp3 (and raw AAC) has no end of its own: what lies behind it (zeros, the notes of old programs)
# looks like frames that can't be decoded. Players pass over them, and so do we, up to this share.
BROKEN = 0.2
PIXELS = 60_000_000  # a picture larger than this is left out
LARGE, SMALL = 640, 160  # pixels, square
QUALITY = 86

DAMAGED = "This file is damaged: a part of it can't be played."
CUT_OFF = "This file is cut off: a part of it is missing."


class Unusable(Exception):
    """`reason` is not_audio or truncated."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def probe(path: Path, name: str) -> dict[str, Any]:
    """What is in the file; `name` is what it was called, for a title where no tag gives one."""
    from av.error import FFmpegError

    from playlist_app.library.formats import FORMATS, sniffed_in
    from playlist_app.library.opening import opened
    from playlist_app.library.sound import SoundHash
    from playlist_app.library.wholeness import SHORTFALL, is_whole, packets, promised_seconds

    stream = None
    format_ = sniffed_in(path)
    if not format_:
        raise Unusable("not_audio", "This is not one of the formats that can be played here.")
    if format_.name == "m4a" and not is_whole(path, "m4a", "mov"):
        raise Unusable("truncated", CUT_OFF)
    try:
        with opened(path, format_.demuxer) as c:
            if not c.streams.audio:
                raise Unusable("not_audio", "There is no sound in this file.")
            stream = c.streams.audio[0]
            codec = stream.codec_context.codec.canonical_name  # not its decoder's: "mp3float"
            tags = _tags(c.metadata, stream.metadata)
            has_picture = bool(c.streams.video)
            promised = promised_seconds(c, stream, format_.name)
            sound = SoundHash(stream)
            duration, last_is_whole = packets(c, stream, sound)
        picture = picture_in(path, format_.demuxer) if has_picture else None
    except FFmpegError as error:
        if stream:
            raise Unusable("truncated", DAMAGED) from error
        raise Unusable("not_audio", "This file can't be read as audio.") from error
    if format_.name == "ogg" and codec == "opus":
        format_ = FORMATS["opus"]
    if format_.name == "webm" and not promised:
        format_ = FORMATS["mka"]  # as a browser records: it can't be wound, so it needs a rendition
    if duration <= 0:
        raise Unusable("not_audio", "There is no sound in this file.")
    whole = last_is_whole and is_whole(path, format_.name, format_.demuxer)
    if not whole or (promised and duration < promised - SHORTFALL):
        raise Unusable("truncated", CUT_OFF)
    _decode(path, format_.demuxer, duration)
    tags.setdefault("title", Path(name).stem.replace("_", " "))
    return {
        "format": format_.name,
        "codec": codec,
        "duration_seconds": round(duration, 3),
        "bitrate": round(path.stat().st_size * 8 / duration),
        "sound_sha256": sound.hexdigest(),
        "tags": tags,
        "cover": covers(path, picture, f"{tags.get('artist', '')} {tags['title']}"),
    }


def _tags(*sources: dict[str, str]) -> dict[str, Any]:
    from playlist_app.library.tags import track_fields

    found: dict[str, str] = {}
    for source in sources:
        found |= source
    return track_fields(found)


def picture_in(path: Path, demuxer: str) -> bytes | None:
    """The bytes of the picture in a file, as it has them."""
    from playlist_app.library.opening import opened

    with opened(path, demuxer) as container:
        for stream in container.streams.video:
            # A broken picture is no reason to refuse the sound.
            with contextlib.suppress(Exception):
                for packet in container.demux(stream):
                    if packet.size:
                        return bytes(packet)
    return None


def _decode(path: Path, demuxer: str, duration: float) -> None:
    """Decode the beginning and the end: bytes can look like a format and still be noise."""
    from av.error import FFmpegError

    from playlist_app.library.opening import opened

    try:
        with opened(path, demuxer) as container:
            stream = container.streams.audio[0]
            samples = _decoded(container, stream, DECODED)
            if duration > 2 * DECODED:
                container.seek(int((duration - DECODED) * 1_000_000))
                samples = min(samples, _decoded(container, stream, DECODED))
    except FFmpegError as error:
        raise Unusable("truncated", DAMAGED) from error
    if not samples:
        raise Unusable("not_audio", "There is no sound in this file.")


def _decoded(container: Any, stream: Any, seconds: float) -> int:
    from av.error import InvalidDataError

    samples = broken = 0
    for read, packet in enumerate(container.demux(stream), start=1):
        try:
            samples += sum(frame.samples for frame in packet.decode())
        except InvalidDataError:
            broken += 1
            if container.format.name not in ("mp3", "aac") or broken > max(1, read * BROKEN):
                raise
        if samples >= seconds * stream.rate:
            break
    return samples


def covers(path: Path, picture: bytes | None, seed: str) -> dict[str, str]:
    """Write the two sizes of the picture, or of a drawn one where there is none to use."""
    from PIL import Image, ImageOps

    from playlist_app.library import artwork

    Image.MAX_IMAGE_PIXELS = PIXELS // 2  # twice this raises
    image = None
    if picture:
        # Whatever is wrong with a picture, the sound is what counts.
        with contextlib.suppress(Exception):
            opened = Image.open(io.BytesIO(picture), formats=["JPEG", "PNG", "WEBP", "GIF", "BMP"])
            opened.draft("RGB", (LARGE, LARGE))
            image = ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), (LARGE, LARGE))
    if image is None:
        image = artwork.draw(seed, LARGE)
    large = io.BytesIO()
    image.save(large, "JPEG", quality=QUALITY, optimize=True)
    path.with_name(path.name + ".large.jpg").write_bytes(large.getvalue())
    small = image.resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    small.save(path.with_name(path.name + ".small.jpg"), "JPEG", quality=QUALITY, optimize=True)
    return {"id": hashlib.sha256(large.getvalue()).hexdigest(), "tint": _tint(image)}


def _tint(image: Any) -> str:
    """The picture's most telling colour, "L C H" in OKLCH: common, and colourful."""
    tiny = image.resize((48, 48)).quantize(12)
    palette = tiny.getpalette()
    best, best_weight = (0.6, 0.0, 0.0), -1.0
    for count, index in tiny.getcolors():
        lightness, chroma, hue = oklch(*palette[3 * index : 3 * index + 3])
        weight = (count / 48**2) ** 0.5 * (chroma + 0.01)
        if weight > best_weight:
            best, best_weight = (lightness, chroma, hue), weight
    return f"{best[0]:.3f} {best[1]:.3f} {best[2]:.1f}"


def oklch(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """sRGB (0 to 255 each) to OKLCH: lightness 0 to 1, chroma, hue in degrees.

    Björn Ottosson, "A perceptual color space for image processing", 2020.
    """
    import math

    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    r, g, b = linear(red), linear(green), linear(blue)
    l_ = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    m_ = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s_ = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    lightness = 0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_
    a = 1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_
    b2 = 0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_
    return lightness, math.hypot(a, b2), math.degrees(math.atan2(b2, a)) % 360


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        found = probe(Path(sys.argv[1]), sys.argv[2])
    except Unusable as unusable:
        found = {"error": unusable.reason, "detail": str(unusable)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    # The package without the app's own start: Flask and the ORM would cost a second each time.
    package = types.ModuleType("playlist_app")
    package.__path__ = [str(Path(__file__).resolve().parent.parent)]
    sys.modules["playlist_app"] = package
    main()
