"""What is shared to the installed app: a title, a text and an address, in which a link is found.

Which of the three holds the link depends on who shares: Android's browsers put it into the text.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_NOT_AT_ITS_END = ".,;:!?'’…"


def find_link(*texts: str) -> str:
    """The first link in these texts, without the punctuation of the sentence around it; or ""."""
    for text in texts:
        found = _LINK.search(text)
        if found:
            return _without_end_of_sentence(found[0])
    return ""


def _without_end_of_sentence(link: str) -> str:
    while link:
        end = link[-1]
        is_open = (end == ")" and link.count(")") > link.count("(")) or (
            end == "]" and link.count("]") > link.count("[")
        )
        if end not in _NOT_AT_ITS_END and not is_open:
            break
        link = link[:-1]
    return link
