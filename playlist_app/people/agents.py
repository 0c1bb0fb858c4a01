"""What a browser says of itself, in words: "Firefox on Android"."""

from __future__ import annotations

# The first that is found. Nearly all say that they are Mozilla, many Safari, and Edge also Chrome.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def in_words(agent: str) -> str:
    """What to call who sent this; of a program the beginning of what it says, or nothing."""
    browser = next((name for says, name in _BROWSERS if says in agent), "")
    system = next((name for says, name in _SYSTEMS if says in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent.partition(" ")[0][:40]
