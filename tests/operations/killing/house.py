"""A server that starts quickly, to be killed often: gunicorn as gunicorn.conf.py has it, start-up,
a worker, and somebody who takes backups without end, all in one process group.

python -m tests.operations.killing.house PORT MIGRATIONS BACKUPS

They are forked from this process, which has loaded everything and opened nothing, and do from there
what they would do in a process of their own. Each line of its input starts such a group, and is
answered with its number. BACKUPS is the file in which each backup is named once it was taken.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from playlist_app import create_app
from playlist_app.config import ROOT, Settings
from playlist_app.operations import in_use, startup
from playlist_app.operations.backups import kept, taking
from playlist_app.work import worker
from tests.warm import forked


def main() -> None:
    startup.MIGRATIONS = Path(sys.argv[2])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    for _ in sys.stdin:
        group = forked(_serve)
        sys.stdout.write(f"{group}\n")
        sys.stdout.flush()


def _serve() -> None:
    os.setsid()
    os.dup2(2, 1)  # the pipe to the test is for numbers
    Gunicorn(_conf()).run()


def _conf() -> ModuleType:
    """gunicorn.conf.py, whose commands are forks of this process."""
    spec = importlib.util.spec_from_file_location("gunicorn_conf", ROOT / "gunicorn.conf.py")
    assert spec and spec.loader
    conf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    made: Any = conf

    def command(*arguments: str) -> None:
        assert arguments[:2] == ("data", "prepare"), arguments
        _, status = os.waitpid(forked(lambda: startup.prepare(create_app())), 0)
        if status:
            raise subprocess.CalledProcessError(status, arguments)

    def work_beside(_: object) -> None:
        forked(_work)
        forked(_back_up)

    made._flask = command
    made._work_beside = work_beside
    return conf


def _work() -> None:
    app = create_app()
    in_use.serve(app.config["JAMBOREE"])
    worker.work(app)


def _back_up() -> None:
    """Take backups, one after the other, and say of each that it was taken."""
    config = Settings.from_environment()
    with Path(sys.argv[3]).open("a") as taken:
        while True:
            try:
                backup = taking.take(config, kind="manual")
            except kept.Busy:
                time.sleep(0.05)  # a copy before a migration
                continue
            print(backup.name, file=taken, flush=True)
            os.fsync(taken.fileno())
            time.sleep(0.2)  # else there is no processor left for those who write


class Gunicorn(BaseApplication):  # type: ignore[misc]
    def __init__(self, conf: ModuleType) -> None:
        self._conf = conf
        super().__init__()

    def load_config(self) -> None:
        for name, value in vars(self._conf).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from app import app

        return app


if __name__ == "__main__":
    main()
