"""Clean documents of code: functions and classes of the packages that training itself installs, as they stand in their files."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from training.prompt.examples import Example

PACKAGES: Final = {
    "train": ("sympy", "scipy", "sklearn", "jinja2", "json", "logging", "email", "unittest", "http", "asyncio"),
    "dev": ("networkx", "importlib", "urllib"),
}
"""Where code is read: BSD, MIT and PSF licences. A package is in one split only. Nothing of it is shipped."""
SHORTEST, LONGEST = 200, 1800
"""Characters of one document."""
PER_FILE: Final = 3
SHARE: Final = 0.35
"""Of documents that are two functions or a function under its own explanation, as people paste them."""
ABOUT: Final = (
    "The function below does not do what I expect.", "Here is the file in question:", "This is how the library does it.",
    "For reference, the current implementation:", "Changed in this commit:", "Snippet from the repository:", "Solution:",
    "You could solve it like this.", "The bug is in the following lines; check the condition first.", "Answer (accepted):",
    "Please compare your version with this one.", "Use it as a starting point and add your own tests.",
    "代码如下：", "参考实现：", "下面这个函数是旧版本，请对照。", "改好的代码贴在这里：",
)  # fmt: skip


def code(split: Literal["train", "dev"], count: int, rng: random.Random) -> Iterator[Example]:
    """So many documents at most, the same for the same packages."""
    found = [(name, text) for name in PACKAGES[split] for text in _snippets(name)]
    chosen = rng.sample(found, min(count, len(found)))
    for name, text in chosen:
        body = text
        if rng.random() < SHARE:
            fenced = rng.random() < 0.5  # noqa: PLR2004
            body = f"{rng.choice(ABOUT)}\n\n" + (f"```python\n{text}\n```" if fenced else text)
        yield Example(
            text=body, attack=False, channel="data", lang="en", source="own/code", group=f"code-{name}", document=True,
        )  # fmt: skip


def _snippets(name: str) -> Iterator[str]:
    """Functions and classes of a package, from few of each file."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return
    folder = Path(next(iter(spec.submodule_search_locations)))
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text("utf-8", errors="replace")
        if len(source) > 400_000:  # noqa: PLR2004 - tables of data
            continue
        lines = source.split("\n")
        whole = (
            "\n".join(lines[node.lineno - 1 : node.end_lineno])
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        )
        parts = [text for text in whole if SHORTEST <= len(text) <= LONGEST]
        parts.sort(key=lambda text: hashlib.sha256(text.encode()).digest())
        yield from parts[:PER_FILE]
