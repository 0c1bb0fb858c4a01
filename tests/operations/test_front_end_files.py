"""Front-end files from others: what set-up copies is what pages use."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

from jinja2 import Environment, nodes

from playlist_app.assets import FOLDER, STYLESHEET, Assets
from playlist_app.config import ROOT
from tests.cast import Person

WORDS = ROOT / "templates" / "_words.html"
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


def test_no_word_of_scripts_stands_twice() -> None:
    """The later would be said for both."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(WORDS.read_text())
    for group in tree.find_all(nodes.Dict):
        names = [pair.key.as_const() for pair in group.items]
        assert {name for name in names if names.count(name) > 1} == set()


def test_what_scripts_say_are_words_that_there_are(alice: Person) -> None:
    page = alice.page("/").get_data(as_text=True)
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', page, re.DOTALL)
    assert found
    words = json.loads(found[1])
    unknown = set()
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        script = path.read_text()
        said = re.findall(r'\bsay\("([\w.-]+)"', script)
        counted = re.findall(r'\bsayCount\("([\w.-]+)"', script)
        for name in (*said, *counted, *(f"{name}_one" for name in counted)):
            value = words
            for part in name.split("."):
                value = value.get(part, {}) if isinstance(value, dict) else {}
            if not isinstance(value, str):
                unknown.add((path.name, name))
    assert unknown == set()


def test_no_template_or_script_holds_an_unfinished_merge() -> None:
    """The checkers of Python and JavaScript would stop at one; a template shows it to people."""
    mark = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
    kinds = ("*.html", "*.js", "*.css", "*.webmanifest")
    files = [
        path for folder in ("templates", "static") for kind in kinds
        for path in (ROOT / folder).rglob(kind)
    ]  # fmt: skip
    assert [path.name for path in files if mark.search(path.read_text())] == []


# What a template names, and what begins by itself: the worker, and one that counts hashes.
NAMED = re.compile(r"asset\('(js/[^']+\.js)'\)")
WORKERS = ("js/worker/main.js", "js/worker/hash.js")


def test_every_module_is_loaded_by_something() -> None:
    assets = Assets(FOLDER)
    there = {path for path in assets.paths if path.startswith("js/") and path.endswith(".js")}
    there -= {"js/worker/stepping-aside.js"}  # the server gives it for the worker itself
    pages = (path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    entries = {name for page in pages for name in NAMED.findall(page)}
    loaded = {path for path in assets.modules(*entries, *WORKERS) if path.startswith("js/")}
    assert loaded == there


def test_the_shell_loads_less_than_a_page(alice: Person, nobody: Person) -> None:
    """What it leaves for later holds up no start without network."""
    preload = re.compile(r'<link rel="modulepreload" href="/static/\w+/([^"]+)"')
    shell = preload.findall(nobody.page("/offline-shell").text)
    page = preload.findall(alice.page("/").text)
    assert {"js/app.js", "js/offline/early.js", "js/playlists/row.js"} <= set(shell)
    assert {"js/app.js", "js/later.js", "js/library/upload-box.js"} <= set(page)
    assert "js/later.js" not in shell
    assert len(shell) == len(set(shell)) < 110


def test_the_style_is_one_file_of_all(nobody: Person) -> None:
    answer = nobody.page(f"/static/x/{STYLESHEET}")
    style = answer.text
    assert answer.mimetype == "text/css"
    assert "@import" not in style
    layers = re.findall(r"^@layer (\w+) {$", style, re.MULTILINE)
    [order] = re.findall(r"^@layer ([\w, ]+);$", style, re.MULTILINE)
    assert set(layers) == set(order.split(", "))
    assert style.index("@layer " + order) < style.index("@layer tokens {")
    for path in (FOLDER / "css").glob("*.css"):
        if path.name != "app.css":
            assert path.read_text() in style, f"{path.name} is imported nowhere"
    fonts = re.findall(r"url\(([^)\"]+\.woff2)\)", style)
    assert fonts
    for font in fonts:
        assert (FOLDER / "css" / font).exists(), font
