"""Names of genres: how they are told apart, and the numbers that ID3 gives to some.

Runs also where there is no app (probe.py): no database here.
"""

from __future__ import annotations

import re
import unicodedata

# ID3v1's list with the additions of Winamp, in the order of their numbers: facts of the format
# (id3.org, "ID3 tag version 2.3.0", appendix A; Winamp 5.6).
_NUMBERED = """Blues|Classic Rock|Country|Dance|Disco|Funk|Grunge|Hip-Hop|Jazz|Metal|New Age|Oldies
Other|Pop|R&B|Rap|Reggae|Rock|Techno|Industrial|Alternative|Ska|Death Metal|Pranks|Soundtrack
Euro-Techno|Ambient|Trip-Hop|Vocal|Jazz-Funk|Fusion|Trance|Classical|Instrumental|Acid|House|Game
Sound Clip|Gospel|Noise|Alternative Rock|Bass|Soul|Punk|Space|Meditative|Instrumental Pop
Instrumental Rock|Ethnic|Gothic|Darkwave|Techno-Industrial|Electronic|Pop-Folk|Eurodance|Dream
Southern Rock|Comedy|Cult|Gangsta|Top 40|Christian Rap|Pop/Funk|Jungle|Native American|Cabaret
New Wave|Psychedelic|Rave|Showtunes|Trailer|Lo-Fi|Tribal|Acid Punk|Acid Jazz|Polka|Retro|Musical
Rock & Roll|Hard Rock|Folk|Folk-Rock|National Folk|Swing|Fast Fusion|Bebop|Latin|Revival|Celtic
Bluegrass|Avantgarde|Gothic Rock|Progressive Rock|Psychedelic Rock|Symphonic Rock|Slow Rock
Big Band|Chorus|Easy Listening|Acoustic|Humour|Speech|Chanson|Opera|Chamber Music|Sonata|Symphony
Booty Bass|Primus|Porn Groove|Satire|Slow Jam|Club|Tango|Samba|Folklore|Ballad|Power Ballad
Rhythmic Soul|Freestyle|Duet|Punk Rock|Drum Solo|A Cappella|Euro-House|Dance Hall|Goa|Drum & Bass
Club-House|Hardcore|Terror|Indie|BritPop|Afro-Punk|Polsk Punk|Beat|Christian Gangsta Rap|Heavy Metal
Black Metal|Crossover|Contemporary Christian|Christian Rock|Merengue|Salsa|Thrash Metal|Anime|JPop
Synthpop|Abstract|Art Rock|Baroque|Bhangra|Big Beat|Breakbeat|Chillout|Downtempo|Dub|EBM|Eclectic
Electro|Electroclash|Emo|Experimental|Garage|Global|IDM|Illbient|Industro-Goth|Jam Band|Krautrock
Leftfield|Lounge|Math Rock|New Romantic|Nu-Breakz|Post-Punk|Post-Rock|Psytrance|Shoegaze
Space Rock|Trop Rock|World Music|Neoclassical|Audiobook|Audio Theatre|Neue Deutsche Welle|Podcast
Indie Rock|G-Funk|Dubstep|Garage Rock|Psybient"""
NUMBERED = tuple(_NUMBERED.replace("\n", "|").split("|"))
_REMIX_AND_COVER = {"RX": "Remix", "CR": "Cover"}

# What stands between the genres of one tag. A single "/" does not: "Singer/Songwriter" is one.
_BETWEEN = re.compile(r"[;,|\x00]| / ")
_AND = re.compile(r"&|\+|\b(?:and|n)\b|'n'", re.IGNORECASE)
_REFERENCE = re.compile(r"\((\d{1,3}|RX|CR)\)")


def genre_key(name: str) -> str:
    """By what genres are one: case, accents, spaces and hyphens don't count, nor how "and" is
    written: "Hip-Hop" is "hip hop", "Drum & Bass" is "drum and bass"."""
    plain = unicodedata.normalize("NFKD", _AND.sub(" and ", name).casefold())
    key = "".join(character for character in plain if character.isalnum())
    return key or plain.strip()  # of a name that is all signs, the signs


_KNOWN = {genre_key(name): name for name in NUMBERED}


def genre_name(text: str) -> str:
    """The genre that a file's tag means: the first of several, numbers as names, spelled as usual.

    "(17)" and "17" are "Rock", "(4)Eurodisco" is "Eurodisco", "HIP HOP;Rap" is "Hip-Hop".
    """
    text = text.strip()
    numbers = _REFERENCE.findall(text)
    refined = _REFERENCE.sub("", text).strip()
    for part in _BETWEEN.split(refined):
        if name := " ".join(part.split()):
            return _numbered(name) if name.isdecimal() else _spelled(name)
    return _numbered(numbers[0]) if numbers else ""


def _numbered(number: str) -> str:
    if number in _REMIX_AND_COVER:
        return _REMIX_AND_COVER[number]
    return NUMBERED[int(number)] if int(number) < len(NUMBERED) else ""


def _spelled(name: str) -> str:
    """As the lists have it; what they don't know, not all in small letters or all in large ones.
    Short ones in large letters are abbreviations (EDM)."""
    known = _KNOWN.get(genre_key(name))
    if known:
        return known
    if name.islower() or (name.isupper() and len(name) > 4):
        return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name)
    return name
