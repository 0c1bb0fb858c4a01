"""The house: imports point one way, and modules are named for what they are about."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from playlist_app.config import ROOT

PACKAGE = "playlist_app"

# Each slice may import from itself and from what stands behind it.
ORDER = [
    "operations",
    "offline",
    "imports",
    "listening",
    "playlists",
    "library",
    "work",
    "choices",
    "people",
    "live",
]
# What all of them stand on, and in which order these stand on each other.
BASE = [
    "assets",
    "web",
    "described",
    "shapes",
    "paging",
    "refusals",
    "extensions",
    "database",
    "config",
]

# Imports inside functions: what is heavy, and what would keep an idle process large.
INSIDE = {
    ("playlist_app.imports.feeds", "feedparser"),
    ("playlist_app.imports.fetch", "playlist_app.imports.outing"),
    ("playlist_app.imports.ytdlp", "yt_dlp"),
    ("playlist_app.imports.ytdlp", "yt_dlp.extractor"),
    ("playlist_app.imports.ytdlp", "yt_dlp.utils"),
    ("playlist_app.library.demo", "playlist_app.library.demo.making"),
    ("playlist_app.library.apart", "ctypes"),
    ("playlist_app.library.opening", "av"),
    ("playlist_app.library.probe", "av.error"),
    ("playlist_app.library.probe", "PIL"),
    ("playlist_app.library.probe", "math"),
    ("playlist_app.library.probe", "playlist_app.library.artwork"),
    ("playlist_app.library.probe", "playlist_app.library.formats"),
    ("playlist_app.library.probe", "playlist_app.library.tags"),
    ("playlist_app.library.probe", "playlist_app.library.opening"),
    ("playlist_app.library.probe", "playlist_app.library.sound"),
    ("playlist_app.library.probe", "playlist_app.library.wholeness"),
    ("playlist_app.people.passkeys", "webauthn"),
    ("playlist_app.people.passkeys", "webauthn.helpers"),
    ("playlist_app.people.passkeys", "webauthn.helpers.exceptions"),
    ("playlist_app.people.passkeys", "webauthn.helpers.structs"),
    ("playlist_app.people.sealed", "cryptography.exceptions"),
    ("playlist_app.people.sealed", "cryptography.hazmat.primitives.ciphers.aead"),
    ("playlist_app.operations.backups.disk", "ctypes"),
    ("playlist_app.operations.backups.objects", "obstore"),
    ("playlist_app.operations.backups.objects", "obstore.exceptions"),
    ("playlist_app.operations.backups.objects", "obstore.store"),
    ("playlist_app.operations.backups.sealing", "pyrage"),
    ("playlist_app.operations.seeding", "playlist_app.library.demo"),
    ("playlist_app.operations.sight.faults", "sentry_sdk"),
    ("playlist_app.operations.sight.faults", "sentry_sdk.utils"),
    ("playlist_app.operations.sight.watching", "playlist_app.operations.sight.meters"),
    ("playlist_app.operations.sight.watching", "playlist_app.operations.sight.standing"),
    ("playlist_app.operations.sight.watching", "prometheus_client.exposition"),
    ("playlist_app.operations.startup", "alembic"),
    ("playlist_app.operations.startup", "alembic.config"),
    ("playlist_app.operations.startup", "alembic.script"),
    ("playlist_app.work.tasks", "playlist_app.work.engine"),
}

APART = tuple(f"playlist_app.library.{name}" for name in ("artwork", "decoding", "demo"))

HOLDALLS = {"utils", "util", "helpers", "helper", "managers", "services", "common", "misc", "tools"}


@dataclass(frozen=True)
class Import:
    by: str
    of: str
    in_function: bool
    for_types: bool


@functools.cache
def modules(package: str = PACKAGE) -> dict[str, Path]:
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports() -> Iterator[Import]:
    known = modules()
    for name, path in known.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        yield from _imports_of(name, package, ast.parse(path.read_text()), set(known))


def _imports_of(name: str, package: str, tree: ast.AST, known: set[str]) -> Iterator[Import]:
    def visit(node: ast.AST, *, inside: bool, types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            for of in _named_by(child, package, known):
                yield Import(name, of, inside, types)
            yield from visit(
                child,
                inside=inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef),
                types=types
                or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)),
            )

    yield from visit(tree, inside=False, types=False)


def _named_by(node: ast.AST, package: str, known: set[str]) -> list[str]:
    """The modules that a statement imports; `from package import module` names the module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, base]).rstrip(".")
    below = [f"{base}.{alias.name}" for alias in node.names]
    return [module for module in below if module in known] or [base]


ALL = list(imports())


def place(module: str) -> str:
    """The slice, or the module of the base, that a module belongs to."""
    return module.split(".")[1]


def test_every_folder_and_module_has_its_place_in_the_order() -> None:
    places = {place(module) for module in modules() if module != PACKAGE}
    assert places == {*ORDER, *BASE}, "give what is new a place in ORDER or BASE above"


def test_imports_point_one_way() -> None:
    order = {name: number for number, name in enumerate([*ORDER, *BASE])}
    wrong = [
        f"{found.by} imports {found.of}"
        for found in ALL
        if found.of.startswith(f"{PACKAGE}.") and found.by != PACKAGE
        if order[place(found.of)] < order[place(found.by)]
    ]
    assert wrong == []


def test_nothing_but_the_entry_point_needs_the_whole_app() -> None:
    assert [found.by for found in ALL if found.of == PACKAGE] == []


def test_no_module_stands_on_itself() -> None:
    """No circle of imports, apart from those that only the type checker follows."""
    graph: dict[str, set[str]] = {}
    for found in ALL:
        if found.of in modules() and not found.for_types and not found.in_function:
            graph.setdefault(found.by, set()).add(found.of)

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " imports ".join([*above, module])
        if module not in done:
            for other in graph.get(module, ()):
                walk(other, (*above, module))
            done.add(module)

    done: set[str] = set()
    for module in graph:
        walk(module, ())


def test_imports_stand_on_top_but_for_the_heavy_ones() -> None:
    inside = {(found.by, found.of) for found in ALL if found.in_function}
    assert inside - INSIDE == set(), "import it on top, or say here why not"
    assert INSIDE - inside == set(), "these are no longer there"


def test_an_idle_process_loads_nothing_heavy() -> None:
    heavy = {"av", "numpy", "PIL", "alembic", "feedparser", "sentry_sdk", "yt_dlp"}
    heavy |= {"obstore", "pyrage", "webauthn"}
    on_top = {
        (found.by, found.of.split(".")[0])
        for found in ALL
        if not found.in_function and not found.for_types
        # What decodes and the demo music run in processes of their own.
        if not found.by.startswith(APART)
    }
    assert [(by, of) for by, of in on_top if of in heavy] == []


@pytest.mark.parametrize("package", [PACKAGE, "tests", "scripts", "bench"])
def test_no_module_is_a_holdall(package: str) -> None:
    parts = {part for name in modules(package) for part in name.split(".")}
    assert parts & HOLDALLS == set()


def test_every_module_says_what_it_owns() -> None:
    silent = [
        name
        for name, path in modules().items()
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_rows_are_written_by_verbs_and_not_by_doors() -> None:
    """Routes and APIs find, parse, call one verb and answer (STYLE.md, a change)."""
    for name, path in modules().items():
        if name.rpartition(".")[2] not in ("routes", "api"):
            continue
        called = {
            node.func.id if isinstance(node.func, ast.Name) else ""
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call)
        }
        assert "write" not in called, name
