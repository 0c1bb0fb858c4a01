"""Front-end files from others: what set-up copies is what pages use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from playlist_app.config import ROOT

NAME = re.compile(r"""["']([a-z0-9-]+)["']""")
# What is chosen between, without what decides: `x if y else z` in Jinja, `y ? x : z` in JavaScript.
IN_JINJA = re.compile(r"\bif\b.*?\belse\b", re.DOTALL)
IN_SCRIPT = re.compile(r"^[^?]*\?(?![?.])")


def copied() -> list[str]:
    """The icons that scripts/vendor.py puts into static/vendor/icons.css."""
    tree = ast.parse((ROOT / "scripts" / "vendor.py").read_text())
    [icons] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ICONS"
    ]
    return list(icons)


def used() -> Iterator[tuple[str, str]]:
    """(icon, file) for each place that names one, or several of which it shows one."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for value in re.findall(r'data-icon="(.*?)"', path.read_text(), re.DOTALL):
            names = NAME.findall(IN_JINJA.sub("", value)) if "{{" in value else [value]
            assert names, (
                f"{path.name}: {value} names no icon, which keeps this test from seeing it"
            )
            yield from ((name, path.name) for name in names)
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        for value in re.findall(r"dataset\.icon = (.*?);", path.read_text(), re.DOTALL):
            names = NAME.findall(IN_SCRIPT.sub("", value))
            assert names, (
                f"{path.name}: {value} names no icon, which keeps this test from seeing it"
            )
            yield from ((name, path.name) for name in names)


def test_every_icon_that_pages_use_is_copied() -> None:
    missing = {(name, file) for name, file in used() if name not in copied()}
    assert missing == set(), "add them to ICONS in scripts/vendor.py, then `make vendor`"


def test_every_icon_that_is_copied_is_used() -> None:
    """Every first visit fetches all of them."""
    assert set(copied()) - {name for name, _ in used()} == set()
    assert len(copied()) == len(set(copied()))


def test_no_template_or_script_holds_an_unfinished_merge() -> None:
    """The checkers of Python and JavaScript would stop at one; a template shows it to people."""
    mark = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
    kinds = ("*.html", "*.js", "*.css", "*.webmanifest")
    files = [
        path for folder in ("templates", "static") for kind in kinds
        for path in (ROOT / folder).rglob(kind)
    ]  # fmt: skip
    assert [path.name for path in files if mark.search(path.read_text())] == []
