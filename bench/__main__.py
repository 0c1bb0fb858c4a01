"""`python -m bench`: measure everything, or what is named, and print one table."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Sequence

from bench.contents import CONTENTS
from bench.options import Options
from bench.report import machine, table
from bench.report.figures import Row


def main() -> int:
    """The exit status is 1 where something went wrong; to be too slow on a machine is no error."""
    arguments = _parser().parse_args()
    unknown = set(arguments.names) - set(CONTENTS)
    if unknown:
        sys.exit(f"There is no benchmark called {', '.join(sorted(unknown))}. See --list.")
    if arguments.list:
        print("\n".join(f"{name:8} {_about(name)}" for name in CONTENTS))
        return 0
    options = Options(
        arguments.seconds, arguments.rounds, arguments.workers, limits=arguments.limits
    )
    about = machine.describe()
    _say(about + "\n")
    rows = _measure(arguments.names or list(CONTENTS), options)
    if arguments.json:
        print(table.as_json(rows, about))
    else:
        print(table.as_markdown(rows) if arguments.markdown else table.as_text(rows))
    return int(any(row.wrong for row in rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these; all when none is named")
    parser.add_argument("--list", action="store_true", help="say which there are")
    parser.add_argument("--seconds", type=float, help="length of one measured round")
    parser.add_argument("--rounds", type=int, default=3, help="the table has their median")
    parser.add_argument("--workers", type=int, default=0, help="web processes; 0: the default")
    parser.add_argument(
        "--limits",
        action="store_true",
        help="fanout, votes and read: with the rate limits on, which are off for load tests",
    )
    parser.add_argument("--json", action="store_true", help="everything that was measured")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/benchmarks.md")
    return parser


def _about(name: str) -> str:
    """The sentence with which the work's file opens."""
    text = sys.modules[CONTENTS[name].__module__].__doc__ or ""
    return " ".join(text.split("\n\n")[0].split())


def _measure(names: Sequence[str], options: Options) -> list[Row]:
    rows = []
    for name in names:
        begun, neighbours = time.monotonic(), machine.Neighbours()
        found = CONTENTS[name](options)
        others = neighbours.percent
        _say(
            f"{table.as_text(found)}\n  {name} took {time.monotonic() - begun:.0f} s; "
            f"others used {others:.0f} % of the machine\n"
        )
        rows += [dataclasses.replace(row, others=others) for row in found]
    return rows


def _say(text: str) -> None:
    """To whoever waits; the result alone goes to standard output."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
