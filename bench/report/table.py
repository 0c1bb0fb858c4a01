"""The table, as text for a terminal, as Markdown for the documents, and as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from bench.report.figures import Row

HEAD = ("work", "must reach", "measured", "errors", "")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.work,
        ", ".join(figure.must for figure in row.figures if figure.must),
        ", ".join(figure.measured for figure in row.figures),
        str(row.errors),
        row.verdict,
    )


def as_text(rows: Sequence[Row]) -> str:
    """Aligned columns; each figure on a line of its own, as a row of six would be too wide."""
    lines: list[tuple[str, ...]] = [HEAD]
    for row in rows:
        for at, figure in enumerate(row.figures):
            work, errors, verdict = (row.work, str(row.errors), row.verdict) if not at else [""] * 3
            lines.append((work, figure.must, figure.measured, errors, verdict))
        lines += [(f"  {count} x {what}", *[""] * 4) for what, count in row.wrong.items()]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_markdown(rows: Sequence[Row]) -> str:
    lines = [HEAD, tuple("---" for _ in HEAD), *map(_cells, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def as_json(rows: Sequence[Row], machine: str) -> str:
    shapes = [_shape(row) for row in rows]
    return json.dumps({"machine": machine, "rows": shapes}, indent=2, ensure_ascii=False)


def _shape(row: Row) -> dict[str, object]:
    return {
        "work": row.work,
        "figures": [dataclasses.asdict(figure) for figure in row.figures],
        "wrong": row.wrong,
        "others_percent": round(row.others, 1),
        "verdict": row.verdict,
    }
