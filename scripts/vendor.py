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

from node import ROOT, npm

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / "vendor.json"

# Where each file goes: package → {file in the package: file in static/vendor}.
FILES: dict[str, dict[str, str]] = {
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js"},
    "sortablejs": {"modular/sortable.core.esm.js": "sortable.js"},
    "idb": {"build/index.js": "idb.js"},
    "@fontsource-variable/inter": {"index.css": "inter/index.css", "files": "inter/files"},
    "@fontsource-variable/bricolage-grotesque": {
        "index.css": "bricolage/index.css",
        "files": "bricolage/files",
    },
    "lucide-static": {},
}

# The icons of the sprite, by their Lucide names. A test holds this list to what templates use.
ICONS = """
    arrow-down arrow-up arrow-down-to-line arrow-up-to-line audio-lines check chevron-down chevron-up
    circle-alert circle-user circle-x clock cloud-off disc-3 download ellipsis ellipsis-vertical
    grip-vertical headphones history house info library list-music log-out music pause pencil play
    plus refresh-cw repeat rotate-cw search share-2 skip-back skip-forward smartphone speaker trash-2
    triangle-alert upload user-plus users volume-2 wifi-off x
""".split()


def fingerprint(*, with_tools: bool) -> str:
    """What the present vendor folder must have been made from."""
    parts = [Path(__file__).read_bytes(), (ROOT / "package-lock.json").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest() + (" with tools" if with_tools else "")


def sprite() -> str:
    """One SVG with a symbol an icon; pages show one with <use href="…/icons.svg#name">."""
    symbols = []
    for name in ICONS:
        svg = (MODULES / "lucide-static" / "icons" / f"{name}.svg").read_text()
        inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
        if not inner:
            raise SystemExit(f"lucide-static has no drawing in {name}.svg")
        drawing = re.sub(r"\s+", " ", inner[1]).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>')
    # On the symbols' root: the strokes take the colour of the text around the icon.
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


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
    (fresh / "icons.svg").write_text(sprite())
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
