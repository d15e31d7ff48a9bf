"""Long calls of the library that Ctrl-C can leave."""

from __future__ import annotations

import threading
from typing import Callable, TypeVar

Result = TypeVar("Result")


def interruptible(work: Callable[[], Result]) -> Result:
    """Runs `work` on a thread of its own, so that this one can hear of Ctrl-C.

    After Ctrl-C this returns at once; the library finishes what it began behind the scenes, and its result is dropped.
    """
    results: list[Result] = []
    failures: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 (handed to the thread that asked)
            failures.append(error)
        finally:
            ended.set()

    threading.Thread(target=run, name="interphase", daemon=True).start()
    while not ended.wait(0.1):
        pass
    if failures:
        raise failures[0]
    return results[0]
