"""Ask whether anything that is pinned here is known to be unsafe: pip-audit for requirements.lock,
npm audit for package-lock.json.

Ends with 1 where something is. Without network, or where the service does not answer, it says that
this was skipped, and ends with 0: what is not known says nothing about a change.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from node import ROOT, command

PATIENCE = 60  # seconds for each

# Advisories that do not concern us, with why: {"GHSA-…": "we never call what it is about"}.
ARGUED: dict[str, str] = {}


class Skipped(Exception):
    """It could not be asked; the message says why."""


def _asked(*words: str) -> dict[str, Any]:
    """The JSON that a program wrote, whatever it ended with. Raises Skipped."""
    try:
        done = subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise Skipped(f"no answer within {PATIENCE} seconds") from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Skipped(last[:200]) from None
    return answer


def python() -> list[str]:
    """What is known of the Python packages: "flask 1.0: GHSA-… (fixed in 1.1)"."""
    answer = _asked(
        *(sys.executable, "-m", "pip_audit", "-r", "requirements.lock", "--no-deps"),
        *("--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10"),
    )
    packages = answer["dependencies"]
    unknown = [one for one in packages if "skip_reason" in one]
    if len(unknown) == len(packages):
        raise Skipped("the service knows none of the packages")
    if unknown:
        print(f"  not known there: {', '.join(one['name'] for one in unknown)}")
    return [
        f"{one['name']} {one['version']}: {found['id']}"
        f" (fixed in {', '.join(found['fix_versions']) or 'no version yet'})"
        for one in packages
        for found in one.get("vulns", ())
        if not {found["id"], *found.get("aliases", ())} & ARGUED.keys()
    ]


def javascript() -> list[str]:
    """The same of the npm packages."""
    answer = _asked(*command("npm"), "audit", "--json", "--package-lock-only")
    if "vulnerabilities" not in answer:
        problem = answer.get("error") or answer
        raise Skipped(str(problem.get("summary") or answer.get("message") or "it said nothing"))
    return [
        f"{name} {one['range']}: {via['url']} ({via['title']})"
        for name, one in answer["vulnerabilities"].items()
        for via in one["via"]
        # Where it is a name, another package is meant, which has an entry of its own.
        if isinstance(via, dict) and via["url"].rpartition("/")[2] not in ARGUED
    ]


def main() -> int:
    bad = False
    for name, ask in (("pip-audit", python), ("npm audit", javascript)):
        try:
            found = ask()
        except Skipped as why:
            print(f"{name}: SKIPPED, nothing was checked: {why}")
            continue
        print(f"{name}: {len(found) or 'no'} known weaknesses")
        for line in found:
            print(f"  {line}")
        bad = bad or bool(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
