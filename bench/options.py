"""Options: what the command line says about how to measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """`seconds`: of one measured round; None: as each work has it. `workers`: web processes;
    0: as the app decides. `limits`: whether the server counts who does what how often."""

    seconds: float | None = None
    rounds: int = 3
    workers: int = 0
    limits: bool = False

    def seconds_or(self, usual: float) -> float:
        return self.seconds or usual
