"""Texts that people and files give: one clean line each, and how they sort."""

from __future__ import annotations

import re
import unicodedata

from playlist_app.refusals import Invalid

LONGEST = 300  # characters

# Controls, separators of lines, and marks that change the direction of what stands around them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def clean_text(text: str, field: str, *, longest: int = LONGEST) -> str:
    """One line without control characters. Raises Invalid when it is too long.

    Accents are put together with their letters (NFC), which files of a Mac have apart.
    """
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", text))
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) > longest:
        raise Invalid.field(field, f"At most {longest} characters, please.")
    return text


def sort_key(text: str) -> str:
    """By what a text is sorted: accents and case don't count."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))[:LONGEST]
