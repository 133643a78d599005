"""A worker for tests: each question says for how many milliseconds it is to be thought about, and is its own answer."""

from __future__ import annotations

import time
from collections.abc import Callable

from yanmen.guard.processes import serve


def _load() -> Callable[[list[int]], list[int]]:
    def answer(questions: list[int]) -> list[int]:
        time.sleep(sum(questions) / 1000)
        return questions

    return answer


if __name__ == "__main__":
    serve(_load, int)
