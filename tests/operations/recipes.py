"""What a Dockerfile and a compose file say, read into steps that can be followed without Docker."""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from playlist_app.config import ROOT


@dataclass
class Stage:
    """One FROM and what follows it."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)  # (instruction, its words)


def stages(dockerfile: Path) -> list[Stage]:
    """Raises ValueError for an instruction that nobody here follows."""
    found: list[Stage] = []
    for instruction, words in _instructions(dockerfile.read_text()):
        if instruction == "FROM":
            base, _, name = words.partition(" AS ")
            found.append(Stage(base, name))
        elif instruction in FOLLOWED:
            found[-1].steps.append((instruction, words))
        else:
            raise ValueError(f"{instruction} {words}")
    return found


FOLLOWED = {
    "CMD",
    "COPY",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "RUN",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
}


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
        for line in joined.splitlines()
        if line.strip()
    ]


def assignments(words: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(words))


def health_command(words: str) -> list[str]:
    command: list[str] = json.loads(words.partition(" CMD ")[2])
    return command


def in_context(path: str, ignored: list[str]) -> bool:
    """Whether .dockerignore lets a file through: the last line that fits it decides."""
    taken = True
    for line in ignored:
        pattern = line.removeprefix("!").rstrip("/")
        # As a regular expression: a pattern also stands for all below it.
        expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if re.fullmatch(f"{expression}(?:/.*)?", path):
            taken = line.startswith("!")
    return taken


def context(root: Path) -> list[str]:
    """The files that a build gets to see, below `root`, whether git knows them or not."""
    text = (root / ".dockerignore").read_text()
    ignored = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", ".venv", "node_modules")]
        below = Path(folder).relative_to(root)
        found += [path for name in files if in_context(path := str(below / name), ignored)]
    return found


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((ROOT / "compose.yaml").read_text())
    return loaded


def with_defaults(text: str, environment: dict[str, str]) -> str:
    """`${NAME:-default}`, as compose puts it in."""
    return re.sub(
        r"\$\{(\w+):-([^}]*)\}", lambda found: environment.get(found[1]) or found[2], text
    )
