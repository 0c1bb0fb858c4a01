"""Follows the Dockerfile and compose.yaml step by step on a layer over this machine's own files, in
a mount namespace of its own: what is written goes into memory, and is gone with the process.

    unshare --mount python -m tests.operations.building FOLDER [--all]

FOLDER becomes the volume. Without --all, what comes from the network is taken from this checkout:
the packages of Python and the front-end files. Prints JSON: what was seen of the containers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path
from typing import Any, ClassVar

from playlist_app.config import ROOT
from tests.operations import recipes
from tests.serving import free_port

LAYERS = Path("/mnt")
PATIENCE = 60.0


def run(*command: str) -> None:
    subprocess.run(command, check=True)


class Container:
    """A root folder, and what the instructions so far say of it."""

    def __init__(self, name: str) -> None:
        self.root = LAYERS / name
        self.folder = Path("/")
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.user = ""
        self.health: list[str] = []
        self.command: list[str] = []
        changes, work = LAYERS / f"{name}-changes", LAYERS / f"{name}-work"
        for folder in (self.root, changes, work):
            folder.mkdir()
        options = f"lowerdir=/,upperdir={changes},workdir={work}"
        run("mount", "-t", "overlay", "overlay", "-o", options, str(self.root))
        for shared in ("proc", "dev"):
            run("mount", "--rbind", f"/{shared}", str(self.root / shared))
        # Wherever this checkout is: a place that others may not look into, or one under /tmp.
        (self.root / "lent").mkdir()
        run("mount", "--bind", sysconfig.get_path("purelib"), str(self.root / "lent"))
        self._has_python()

    def _has_python(self) -> None:
        """The base image has `python`, for everybody."""
        python = Path(sys.base_prefix) / "bin" / "python3"
        for folder in python.resolve().parents:
            if folder != Path("/"):
                inside = self.inside(folder)
                inside.chmod(inside.stat().st_mode | 0o055)
        command = self.root / "usr/local/bin/python"
        command.unlink(missing_ok=True)
        command.write_text(f'#!/bin/sh\nexec {python.resolve()} "$@"\n')
        command.chmod(0o755)

    def inside(self, path: Path) -> Path:
        return self.root / str(self.folder / path).lstrip("/")

    def words(self, command: list[str], extra: dict[str, str]) -> list[str]:
        """How a command is started in here."""
        variables = [f"{name}={value}" for name, value in (self.environment | extra).items()]
        as_user = []
        if self.user:
            user, _, group = self.user.partition(":")
            as_user = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
            as_user += ["--no-new-privs", "--bounding-set=-all"]  # as compose.yaml has it
        within = ["sh", "-c", f'cd {self.folder} && exec "$@"', "sh", *command]
        return ["chroot", str(self.root), *as_user, "env", "-i", *variables, *within]

    def follow(self, stage: recipes.Stage, built: dict[str, Container], seed: Any) -> None:
        for instruction, words in stage.steps:
            if instruction == "RUN":
                seed(self, words)
                run(*self.words(["sh", "-e", "-c", words], seed.variables))
            elif instruction == "COPY":
                self._copy(words.split(), built)
            elif instruction == "WORKDIR":
                self.folder = Path(words)
                self.inside(Path()).mkdir(parents=True, exist_ok=True)
            elif instruction == "ENV":
                given = recipes.assignments(words)
                self.environment |= {
                    name: value.replace("$PATH", self.environment["PATH"])
                    for name, value in given.items()
                }
            elif instruction == "USER":
                self.user = words
            elif instruction == "HEALTHCHECK":
                self.health = recipes.health_command(words)
            elif instruction == "CMD":
                self.command = json.loads(words)

    def _copy(self, words: list[str], built: dict[str, Container]) -> None:
        if words[0].startswith("--from="):
            there = built[words[0].removeprefix("--from=")].root / words[1].lstrip("/")
            shutil.copytree(there, self.inside(Path(words[2])), symlinks=True, dirs_exist_ok=True)
            return
        *sources, target = words
        is_folder = target.endswith("/") or len(sources) > 1
        files = recipes.context(ROOT)
        for source in sources:
            taken = [path for path in files if path == source or path.startswith(f"{source}/")]
            if not taken:
                raise SystemExit(f"COPY {source}: .dockerignore lets nothing of it through")
            for file in taken:
                if file != source:
                    name = f"{target}/{file.removeprefix(f'{source}/')}"
                else:
                    name = f"{target}/{Path(file).name}" if is_folder else target
                to = self.inside(Path(name))
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, to)


class FromHere:
    """What would come from the network, taken from this checkout's environment."""

    variables: ClassVar = {"PIP_NO_DEPS": "1", "HOME": "/root"}

    def __call__(self, container: Container, words: str) -> None:
        if "vendor.py" in words:
            shutil.copytree(ROOT / "static/vendor", container.inside(Path("static/vendor")))
        if "compileall" in words:  # the environment is there by now
            self._lend_packages(container)

    def _lend_packages(self, container: Container) -> None:
        venv = container.inside(Path(".venv"))
        packages = next(venv.glob("lib/python3*/site-packages"))
        (packages / "lent.pth").write_text("/lent\n")
        for name in ("flask", "gunicorn"):
            script = (Path(sys.prefix) / "bin" / name).read_text().splitlines()
            (venv / "bin" / name).write_text(
                "\n".join([f"#!{container.folder}/.venv/bin/python", *script[1:]]) + "\n"
            )
            (venv / "bin" / name).chmod(0o755)


class FromTheNetwork:
    """All as in a real build."""

    variables: ClassVar = {"HOME": "/root"}

    def __call__(self, container: Container, words: str) -> None: ...


def start(container: Container, service: dict[str, Any], extra: dict[str, str], log: Path) -> Any:
    command = service.get("command", container.command)
    given = {name: recipes.with_defaults(v, {}) for name, v in service["environment"].items()}
    with log.open("wb") as file:
        return subprocess.Popen(container.words(command, given | extra), stdout=file, stderr=file)


def until(what: str, holds: Any, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}\n{log.read_text()}")
        time.sleep(0.2)


def main(data: Path, *, everything: bool) -> dict[str, Any]:
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "-o", "size=3g", "layers", str(LAYERS))
    built: dict[str, Container] = {}
    seed = FromTheNetwork() if everything else FromHere()
    container = None
    for number, stage in enumerate(recipes.stages(ROOT / "Dockerfile")):
        container = Container(stage.name or f"stage-{number}")
        container.follow(stage, built, seed)
        built[stage.name] = container
    assert container
    return _serve(container, data)


def _serve(container: Container, data: Path) -> dict[str, Any]:
    made = container.root / "data"
    seen: dict[str, Any] = {"volume": [oct(made.stat().st_mode & 0o777), made.stat().st_uid]}
    os.chown(data, 10001, 10001)  # a new volume is as the image has the folder
    data.chmod(0o700)
    run("mount", "--bind", str(data), str(made))
    run("mount", "-t", "tmpfs", "tmp", str(container.root / "tmp"))
    run("mount", "-o", "remount,ro", str(container.root))
    services, port = recipes.compose()["services"], free_port()
    extra = {"PORT": str(port)}
    logs = data.parent / "web.log", data.parent / "worker.log"
    web = start(container, services["web"], extra, logs[0])
    worker = None
    try:
        check = container.words(container.health, {**extra})
        until("not healthy", lambda: not subprocess.run(check, check=False).returncode, logs[0])
        worker = start(container, services["worker"], extra, logs[1])

        def is_ready() -> bool:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                    seen["ready"] = json.loads(answer.read())
            except OSError:
                return False
            return True

        until("not ready", is_ready, logs[0])
        status = Path(f"/proc/{web.pid}/status").read_text()
        seen["user"] = next(x.split()[1] for x in status.splitlines() if x.startswith("Uid"))
        seen["capabilities"] = next(
            x.split()[1] for x in status.splitlines() if x.startswith("CapBnd")
        )
        touch = container.words(["touch", "/app/x", "/x", "/usr/x"], {})
        seen["can_write"] = subprocess.run(touch, check=False, capture_output=True).returncode == 0
    finally:
        ends = []
        for process in (worker, web):
            if process:
                process.send_signal(signal.SIGTERM)
                ends.append(process.wait(timeout=PATIENCE))
    seen["ends"] = ends
    broken = subprocess.run(check, check=False, capture_output=True, text=True)
    seen["without_server"] = [broken.returncode, broken.stderr.strip()]
    seen["log"] = logs[0].read_text()
    seen["owners"] = sorted({path.stat().st_uid for path in data.rglob("*")})
    return seen


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), everything="--all" in sys.argv)))  # noqa: T201
