"""Copy the third-party front-end files named here from the locked npm packages to static/vendor/.

They are not committed: package-lock.json says exactly which bytes they are, and npm checks them
against it. A machine without Node gets npm from PyPI, into the environment that runs this script.

Run by `make` at set-up; safe to repeat, and quick when nothing changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote

from node import ROOT, npm

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / "vendor.json"

# Where each file goes: package → {file in the package: file in static/vendor}.
FILES: dict[str, dict[str, str]] = {
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js"},
    "sortablejs": {"modular/sortable.core.esm.js": "sortable.js"},
    "idb": {"build/index.js": "idb.js"},
    "@noble/hashes": {
        "sha2.js": "noble/sha2.js",
        "_md.js": "noble/_md.js",
        "_u64.js": "noble/_u64.js",
        "utils.js": "noble/utils.js",
    },
    "@fontsource-variable/inter": {"index.css": "inter/index.css", "files": "inter/files"},
    "@fontsource-variable/bricolage-grotesque": {
        "index.css": "bricolage/index.css",
        "files": "bricolage/files",
    },
    "lucide-static": {},
}

# For the type checker: what a copied module is called where its types are.
TYPES = {
    "idb.d.ts": 'export * from "idb";\n',
    "noble/sha2.d.ts": 'export * from "@noble/hashes/sha2.js";\n',
    "sortable.d.ts": 'export { default } from "sortablejs";\n',
}

# The icons of icons.css, by their Lucide names. tests/operations/test_front_end_files.py holds this
# list to what pages use.
ICONS = [
    "archive",
    "arrow-down-to-line",
    "ban",
    "camera",
    "chart-column",
    "check",
    "chevron-down",
    "chevron-up",
    "circle-alert",
    "circle-check",
    "circle-user",
    "clock",
    "copy",
    "download",
    "ellipsis",
    "folder",
    "gauge",
    "grip-vertical",
    "hard-drive",
    "heart",
    "history",
    "house",
    "inbox",
    "key-round",
    "laptop",
    "library",
    "link",
    "list-checks",
    "list-filter",
    "list-music",
    "list-ordered",
    "list-plus",
    "list-start",
    "log-out",
    "message-circle",
    "mic",
    "moon",
    "music",
    "pause",
    "pencil",
    "play",
    "plus",
    "refresh-cw",
    "repeat",
    "repeat-1",
    "rotate-ccw",
    "rss",
    "scroll-text",
    "search",
    "settings-2",
    "share-2",
    "shuffle",
    "skip-back",
    "skip-forward",
    "smartphone",
    "speaker",
    "square",
    "tablet",
    "tags",
    "ticket",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "upload",
    "user-plus",
    "users",
    "wifi-off",
    "x",
]


def fingerprint(*, with_tools: bool) -> str:
    """What the present vendor folder must have been made from."""
    parts = [Path(__file__).read_bytes(), (ROOT / "package-lock.json").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest() + (" with tools" if with_tools else "")


ROOT_OF_ICON = (
    'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#000"'
    ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
)


def icons() -> str:
    """One style sheet with every icon: `data-icon="play"` on an element draws it, in the colour of
    its text. As a mask it needs no element of its own; a list of a thousand rows has thousands."""
    rules = []
    for name in ICONS:
        svg = (MODULES / "lucide-static" / "icons" / f"{name}.svg").read_text()
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
        if not drawing:
            raise SystemExit(f"lucide-static has no drawing in {name}.svg")
        inner = re.sub(r"\s+", " ", drawing[1]).replace("> <", "><").strip()
        # A mask takes the shape alone; the colour is that of the text.
        svg = f"<svg {ROOT_OF_ICON}>{inner}</svg>"
        uri = "data:image/svg+xml," + quote(svg, safe=" =:/'(),;.-")
        rules.append(f'[data-icon="{name}"] {{ --icon: url("{uri}"); }}')
    return "@layer icons {\n" + "\n".join(rules) + "\n}\n"


def copy() -> dict[str, str]:
    """Fill static/vendor afresh; answers {package: version}."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    versions = {}
    for package, files in FILES.items():
        source = MODULES / package
        versions[package] = json.loads((source / "package.json").read_text())["version"]
        for name, target in files.items():
            target_path = fresh / target
            target_path.parent.mkdir(parents=True, exist_ok=True)
            if (source / name).is_dir():
                # Only upright letters of varying weight: what the style sheets ask for.
                keep = [
                    p for p in (source / name).iterdir() if p.name.endswith("wght-normal.woff2")
                ]
                target_path.mkdir()
                for font in keep:
                    shutil.copy(font, target_path / font.name)
            else:
                shutil.copy(source / name, target_path)
        licence = next(source.glob("LICENSE*"))
        shutil.copy(licence, fresh / f"{package.replace('@', '').replace('/', '-')}.LICENSE.txt")
    (fresh / "icons.css").write_text(icons())
    for name, text in TYPES.items():
        (fresh / name).write_text(text)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    return versions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--with-tools", action="store_true", help="install the tools of `make check` and tests too"
    )
    with_tools = parser.parse_args().with_tools
    wanted = fingerprint(with_tools=with_tools)
    if STAMP.exists():
        made_from = json.loads(STAMP.read_text())["made_from"]
        # What was installed with the tools serves those who need none of them.
        if made_from in (wanted, fingerprint(with_tools=True)):
            return
    npm(
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        *([] if with_tools else ["--omit=dev"]),
    )
    versions = copy()
    STAMP.write_text(json.dumps({"made_from": wanted, "versions": versions}, indent=2) + "\n")


if __name__ == "__main__":
    main()
