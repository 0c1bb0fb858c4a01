"""The files under static/, served under a path that changes with their content.

`/static/<version>/…` may be kept for ever: modules import each other by relative paths, so one
version of the pages always loads one version of all its files, also from the worker's cache.
"""

from __future__ import annotations

import hashlib
import mimetypes
import posixpath
import re
from functools import cache, cached_property
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory, url_for

from playlist_app.config import ROOT
from playlist_app.web import public

FOLDER = ROOT / "static"
TEMPLATES = ROOT / "templates"
STYLESHEET = "css/app.css"
LISTING = "js/assets.js"  # made here, of what there is
FOREVER = 365 * 24 * 3600  # seconds

# What the shell does not need at a start without network.
NOT_IN_SHELL = ("vendor/vendor.json", ".LICENSE.txt", ".d.ts", "service-worker.js")
# Letters of other scripts are fetched when a name has them.
LETTERS_IN_SHELL = ("-latin-wght", "-latin-ext-wght")

# What css/app.css is made of, each with its layer; and addresses within those of others.
PART = re.compile(r'^@import url\("([^"]+)"\)(?: layer\((\w+)\))?;$', re.MULTILINE)
BESIDE = re.compile(r"url\(\./")

# What a module names in `import` and `export … from`; an `import()` may wait.
IMPORTED = re.compile(r"""^(?:import|export)\b[^;"']*["'](\.[^"']+)["'];""", re.MULTILINE)

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")

files = Blueprint("assets", __name__)


class Assets:
    """The files as they were when the process started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def paths(self) -> list[str]:
        """Every file, relative to static/, in order."""
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        )

    @cached_property
    def version(self) -> str:
        """Of the files, and of the templates: the worker keeps the shell that is made from them."""
        digest = hashlib.sha256()
        for template in sorted(TEMPLATES.rglob("*.html")):
            digest.update(template.read_bytes())
        for path in self.paths:
            digest.update(path.encode())
            digest.update((self.folder / path).read_bytes())
        return digest.hexdigest()[:12]

    @cached_property
    def shell(self) -> list[str]:
        """What the worker keeps for the shell, relative to the version's folder."""
        return [path for path in self.paths if self._is_in_shell(path)]

    @cache  # noqa: B019 (there is one for as long as the process)
    def modules(self, *entries: str) -> list[str]:
        """The modules that these need, for the browser to fetch at once instead of as it comes to
        know of them."""
        found: dict[str, None] = {}
        coming = list(entries)
        while coming:
            path = coming.pop()
            if path in found or path == LISTING:
                continue
            found[path] = None
            source = (self.folder / path).read_text()
            coming += [
                posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
                for other in IMPORTED.findall(source)
            ]
        return sorted(found)

    @cached_property
    def stylesheet(self) -> str:
        """css/app.css with what it imports: nothing is drawn before the last of some forty files is
        there, and a browser learns of them from the first."""

        def part(found: re.Match[str]) -> str:
            path, layer = found.groups()
            text = (self.folder / "css" / path).read_text()
            text = BESIDE.sub(f"url({posixpath.dirname(path)}/", text)
            return f"@layer {layer} {{\n{text}}}" if layer else text

        return PART.sub(part, (self.folder / STYLESHEET).read_text())

    @staticmethod
    def _is_in_shell(path: str) -> bool:
        if path.endswith(NOT_IN_SHELL) or (path.endswith(".css") and path != STYLESHEET):
            return False
        return not path.endswith(".woff2") or any(name in path for name in LETTERS_IN_SHELL)


def assets() -> Assets:
    if current_app.debug:
        return Assets(FOLDER)
    found: Assets = current_app.extensions["assets"]
    return found


def asset(path: str) -> str:
    """The address of a file under static/, for templates."""
    return url_for("assets.versioned", version=assets().version, path=path)


@files.get(f"/static/<version>/{LISTING}")
@public
def listing(version: str) -> Response:
    """What the worker imports to know its version and the files that belong to it."""
    names = ",\n".join(f'  "{path}"' for path in assets().shell)
    script = (
        f'export const VERSION = "{assets().version}";\nexport const ASSETS = [\n{names},\n];\n'
    )
    return _kept(Response(script, mimetype="text/javascript"), version)


@files.get(f"/static/<version>/{STYLESHEET}")
@public
def stylesheet(version: str) -> Response:
    response = Response(assets().stylesheet, mimetype="text/css")
    response.add_etag()
    return _kept(response, version)


@files.get("/static/<version>/<path:path>")
@public
def versioned(version: str, path: str) -> Response:
    return _kept(send_from_directory(FOLDER, path), version)


def _kept(response: Response, version: str) -> Response:
    """An address of an older version answers what is there now, and is not kept."""
    if version == assets().version:
        response.cache_control.max_age = FOREVER
        response.cache_control.immutable = True
        response.cache_control.public = True
        response.cache_control.no_cache = None
    else:
        response.cache_control.no_cache = None
        response.cache_control.no_store = True
    response.make_conditional(request)
    return response


def init_app(app: Flask) -> None:
    app.extensions["assets"] = Assets(FOLDER)
    app.register_blueprint(files)
    app.add_template_global(asset)
    app.add_template_global(lambda *entries: assets().modules(*entries), "modules_of")
