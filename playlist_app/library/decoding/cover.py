"""Covers inside of audio files: as an attached picture, or as a block of Vorbis comments."""

from __future__ import annotations

import base64
import struct
from fractions import Fraction

import av
from av.container import OutputContainer
from av.stream import Disposition, Stream


def picture_of(container: OutputContainer, cover: bytes) -> av.Packet[Stream]:
    """Announce the cover as an attached picture; its one packet is to follow the header."""
    picture = container.add_stream("mjpeg", rate=1)
    picture.width, picture.height = jpeg_size(cover)
    picture.pix_fmt = "yuvj420p"
    picture.disposition = Disposition.attached_pic
    picture.metadata.update({"title": "Cover", "comment": "Cover (front)"})
    packet = av.Packet(cover)
    packet.stream = picture
    packet.pts = packet.dts = 0
    packet.time_base = Fraction(1, 90_000)
    return packet


def picture_block(cover: bytes) -> str:
    """The cover as a FLAC picture block (RFC 9639 §8.8) in base64, as Ogg files carry one."""
    kind, media_type, words = 3, b"image/jpeg", b"Cover"
    width, height = jpeg_size(cover)
    block = struct.pack(">II", kind, len(media_type)) + media_type
    block += struct.pack(">I", len(words)) + words
    block += struct.pack(">IIIII", width, height, 24, 0, len(cover)) + cover
    return base64.b64encode(block).decode("ascii")


def jpeg_size(cover: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, from its frame header."""
    at = 2
    while cover[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(cover[at + 2 : at + 4], "big")
    height, width = struct.unpack(">HH", cover[at + 5 : at + 9])
    return width, height
