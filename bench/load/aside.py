"""Aside: work in a fresh process, so that the load is not slowed by what else the bench holds."""

from __future__ import annotations

import gc
import multiprocessing
import resource
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from typing import Any, ParamSpec, TypeVar

import uvloop

P = ParamSpec("P")
T = TypeVar("T")


def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do `work` in a process of its own; what it takes and answers is pickled."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()


def quickly(work: Coroutine[Any, Any, T]) -> T:
    """Run it on uvloop, and without pauses for rubbish: such a process does not live long."""
    gc.disable()
    return uvloop.run(work)


def allow_many_files() -> None:
    """A thousand sockets are more than what a shell usually allows; children inherit this."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
