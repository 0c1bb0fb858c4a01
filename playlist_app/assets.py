"""The files under static/, served under a path that changes with their content.

`/static/<version>/…` may be kept for ever: modules import each other by relative paths, so one
version of the pages always loads one version of all its files, also from the worker's cache.
"""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory, url_for

from playlist_app.config import ROOT
from playlist_app.web import public

FOLDER = ROOT / "static"
TEMPLATES = ROOT / "templates"
FOREVER = 365 * 24 * 3600  # seconds

# What the shell does not need at a start without network.
NOT_IN_SHELL = ("vendor/vendor.json", ".LICENSE.txt", ".d.ts", "service-worker.js")
# Letters of other scripts are fetched when a name has them.
LETTERS_IN_SHELL = ("-latin-wght", "-latin-ext-wght")

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

    @cached_property
    def modules(self) -> list[str]:
        """The modules of pages, for the browser to fetch at once instead of one by one."""
        own = [p for p in self.paths if p.startswith("js/") and p.endswith(".js")]
        return [p for p in own if not p.startswith("js/worker/")] + [
            "vendor/idb.js",
            "vendor/sortable.js",
        ]

    @staticmethod
    def _is_in_shell(path: str) -> bool:
        if path.endswith(NOT_IN_SHELL):
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


@files.get("/static/<version>/js/assets.js")
@public
def listing(version: str) -> Response:
    """What the worker imports to know its version and the files that belong to it."""
    names = ",\n".join(f'  "{path}"' for path in assets().shell)
    script = (
        f'export const VERSION = "{assets().version}";\nexport const ASSETS = [\n{names},\n];\n'
    )
    return _kept(Response(script, mimetype="text/javascript"), version)


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
    app.add_template_global(lambda: assets().modules, "page_modules")
