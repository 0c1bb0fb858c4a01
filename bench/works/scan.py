"""`flask library scan` of 2,001 small files (mp3, flac, opus): the first, and one with nothing new.

The command runs as people run it, in a process of its own on a folder that was prepared; its rate
is what it says itself, which leaves its start out, and its memory is the most that it or a process
that it started had.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from bench.options import Options
from bench.report.figures import Figure, Row, median_of
from bench.stage import music
from bench.stage.house import House, furnished
from playlist_app.config import ROOT

FILES = 2_001
MIB = 2**20
# Runs the command, and says what it printed and the most memory of it and of what it started, KiB.
MEASURED = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"out": done.stdout, "err": done.stderr, "status": done.returncode, "peak": peak}))
"""


def measure(options: Options) -> list[Row]:
    rounds: list[tuple[list[Figure], list[Figure]]] = []
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="jamboree-music-") as folder:
        music.fill(Path(folder), FILES)
        for _ in range(options.rounds):
            with furnished(1) as house:
                first, peak = _scan(house, Path(folder))
                again, _ = _scan(house, Path(folder))
            wrong["not all were added"] += first["added"] != FILES
            wrong["not all were known again"] += again["unchanged"] != FILES
            rounds.append(
                (
                    [
                        Figure(FILES / first["seconds"], "files/s", at_least=350),
                        Figure(peak / MIB, "MiB at the peak", at_most=120),
                    ],
                    [Figure(FILES / again["seconds"], "files/s", at_least=10_000)],
                )
            )
    work = f"scan of {FILES:,} small files"
    return [
        Row(f"{work}, the first", median_of([first for first, _ in rounds]), +wrong),
        Row("… again, with nothing changed", median_of([again for _, again in rounds])),
    ]


def _scan(house: House, folder: Path) -> tuple[dict[str, Any], int]:
    command = [sys.executable, "-m", "flask", "--app", "app", "library", "scan"]
    arguments = [str(folder), "--json", "--owner", house.people[0].name]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command, *arguments],
        cwd=ROOT,
        env=os.environ | {"JAMBOREE_DATA": str(house.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    if said["status"]:
        raise RuntimeError(f"The scan failed: {said['err']}")
    return json.loads(said["out"]), said["peak"] * 1024
