"""Pattern packs: rules in YAML, each with its texts in both languages and its own tests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import yaml
from msgspec import Meta

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Rule, Severity
from yanmen.guard.spans import Pattern

FOLDER = Path(__file__).parent / "packs"
"""The packs that come with Yanmen."""
SPACE = r"[\s*_\"'`>#]{1,6}"
"""What a space in a folded pattern stands for: white space, emphasis, quotation marks."""
_HINT = "See docs/howto/write-a-pattern-pack.md."
_LARGEST = 1 << 20
_DEEPEST = 8
_NAME = re.compile(r"\{([a-z_]+)\}")
_PLACE = re.compile(r"\.?([\w-]+)|\[(\d+)\]")


class Tests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule must find and must not."""

    finds: Annotated[list[str], Meta(min_length=1)]
    ignores: Annotated[list[str], Meta(min_length=1)]


class Behind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern that counts only right behind another; for beginnings so common that they would hold streams up."""

    after: str
    match: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule as a pack writes it."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z-]*\.[a-z][a-z0-9-]*$")]
    title: Phrase
    fix: Phrase
    severity: str
    tags: Annotated[list[str], Meta(min_length=1)]
    patterns: Annotated[list[str | Behind], Meta(min_length=1)]
    tests: Tests
    negations: list[str] = []
    """What makes a match harmless when it stands right before it: ``do not``, ``不要``."""
    confidence: Annotated[float, Meta(gt=0, le=1)] = 0.9
    view: str = "folded"
    """``folded``: what a reader takes the text for, in small letters; ``raw``: exactly as it is."""
    disguises: bool = True
    """Of a folded rule: its words also as ``1gn0r3``, ``i g n o r e`` and ``忽 略``."""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack file."""

    rules: Annotated[list[Entry], Meta(min_length=1)]
    let: dict[str, str] = {}
    """Names for parts of patterns: ``{prior}`` stands for ``(?:…)``."""


class Pack(NamedTuple):
    """A pack, ready to use."""

    path: Path
    rules: tuple[Rule, ...]
    patterns: tuple[Pattern, ...]
    entries: tuple[Entry, ...]


@cache
def builtin() -> tuple[Pack, ...]:
    """The packs that come with Yanmen, in order of name."""
    return tuple(load(path) for path in sorted(FOLDER.glob("*.yaml")))


def load(path: Path) -> Pack:
    """Read one pack. Raises YanmenError, with file and line, for whatever is wrong in it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise YanmenError(f"cannot read {path}: {error}", hint="Name a pack file in UTF-8.") from error
    if len(text) > _LARGEST:
        raise YanmenError(f"{path} is larger than 1 MiB", hint="Split the pack.")
    root, data = _composed(path, text)
    try:
        file = msgspec.convert(data, File)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        raise YanmenError(message, where=f"{path}:{_line(root, place.rstrip('`'))}", hint=_HINT) from error
    rules = tuple(_rule(entry, f"{path}:{_line(root, f'.rules[{i}]')}") for i, entry in enumerate(file.rules))
    patterns = tuple(
        _pattern(rule, entry, source, file.let, f"{path}:{_line(root, f'.rules[{i}].patterns[{j}]')}")
        for i, (rule, entry) in enumerate(zip(rules, file.rules, strict=True))
        for j, source in enumerate(entry.patterns)
    )
    return Pack(path, rules, patterns, tuple(file.rules))


def _composed(path: Path, text: str) -> tuple[Any, Any]:
    """The document's tree, which knows its lines, and its data."""
    try:
        return yaml.compose(text, yaml.CSafeLoader), yaml.load(text, yaml.CSafeLoader)  # it is safe
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f"{path}:{place.line + 1}" if place else str(path)
        raise YanmenError("this is not YAML", where=where, hint=_HINT) from error


def _rule(entry: Entry, where: str) -> Rule:
    if entry.severity.upper() not in Severity.__members__:
        raise YanmenError(
            f"severity {entry.severity!r} is not known", where=where, hint="info, low, medium, high, critical"
        )
    severity = Severity[entry.severity.upper()]
    return Rule(id=entry.id, title=entry.title, severity=severity, fix=entry.fix, tags=tuple(entry.tags))


def _pattern(rule: Rule, entry: Entry, source: str | Behind, names: dict[str, str], where: str) -> Pattern:
    if entry.view not in {"folded", "raw"}:
        raise YanmenError(f"view {entry.view!r} is not known", where=where, hint="folded or raw")
    folded = entry.view == "folded"
    after, match = (source.after, source.match) if isinstance(source, Behind) else ("", source)
    try:
        after, match = _named(after, names), _named(match, names)
    except YanmenError as error:
        raise YanmenError(error.message, where=where, hint=error.hint) from error
    return Pattern(
        rule=rule,
        source=_spaced(match) if folded else match,
        view="folded" if folded else "raw",
        confidence=entry.confidence,
        disguises=folded and entry.disguises,
        after=_spaced(after),
        unless_after="|".join(_spaced(one) for one in entry.negations),
        operator_doubt=0.5,
        origin=where,
    )


def _named(source: str, names: dict[str, str], depth: int = 0) -> str:
    """The pattern with its names filled in, names within names too."""

    def fill(found: re.Match[str]) -> str:
        if found[1] not in names or depth > _DEEPEST:
            raise YanmenError(
                f"{{{found[1]}}} is not a name under `let`", hint="Define it under `let` in the same file."
            )
        return f"(?:{_named(names[found[1]], names, depth + 1)})"

    return _NAME.sub(fill, source)


def _spaced(source: str) -> str:
    """Spaces outside classes as SPACE, and word boundaries also before and behind an emphasis by ``_``."""
    parts = re.split(r"(\[(?:\\.|[^\]\\])*\])", source)
    return "".join(
        part if index % 2 else part.replace(" ", f"(?:{SPACE})").replace(r"\b", r"(?:\b|_)")
        for index, part in enumerate(parts)
    )


def _line(root: Any, place: str) -> int:
    """The line of a place such as ``.rules[3].title`` in a composed document."""
    node, line = root, 1
    for name, index in _PLACE.findall(place):
        found = None
        if isinstance(node, yaml.MappingNode) and name:
            found = next((value for key, value in node.value if key.value == name), None)
        elif isinstance(node, yaml.SequenceNode) and index and int(index) < len(node.value):
            found = node.value[int(index)]
        if found is None:
            break
        node, line = found, found.start_mark.line + 1
    return line
