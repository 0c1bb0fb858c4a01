"""A modelled week of listening on a device: how many plays are there when they begin.

The listening is a model (bench/models/listening-week.js, run by Node); what is kept and what goes
the devices' own planner decides. Nothing here depends on how fast the machine is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bench.options import Options
from bench.report.figures import Figure, Row

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "bench" / "models" / "listening-week.js"


def measure(options: Options) -> list[Row]:
    said = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "node.py"), str(MODEL)],
        check=True,
        capture_output=True,
        text=True,
    )
    weeks: dict[str, dict[str, Any]] = json.loads(said.stdout)
    return [
        _row("a modelled week of listening, 500 MB", weeks["ahead"], at_least=80),
        _row("… without fetching ahead", weeks["alone"]),
        _row("… a fifth of the sessions over a dear connection", weeks["metered"]),
        _row("… and the three playlists they love taken along", weeks["along"]),
    ]


def _row(work: str, week: dict[str, Any], at_least: float | None = None) -> Row:
    figures = [
        Figure(week["percent"], "% of plays on the device", at_least=at_least),
        Figure(week["worst_tenth"], "%", "worst tenth"),
        Figure(week["fetched_mb"], "MB fetched"),
    ]
    return Row(work, figures, +Counter({"devices over their budget": week["over_budget"]}))
