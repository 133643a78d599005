"""Pattern packs: rules in YAML, each with its texts in both languages and its own tests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import yaml
from msgspec import Meta

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Rule, Severity
from yanmen.guard.spans import Pattern

FOLDER = Path(__file__).parent / "packs"
"""The packs that come with Yanmen."""
SPACE = r"[\s*_\"'`>#]{1,6}"
"""What a space in a folded pattern stands for: white space, emphasis, quotation marks."""
_HINT = Phrase(
    en="See docs/howto/write-a-pattern-pack.md.", zh="请参阅 docs/howto/write-a-pattern-pack.zh.md。"
)
_NOT_UTF8 = Phrase(en="not UTF-8", zh="不是 UTF-8 编码")
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
        why = foreign.system(error) if isinstance(error, OSError) else _NOT_UTF8
        raise YanmenError(
            Phrase(en=f"cannot read {path}: {why.en}", zh=f"无法读取 {path}：{why.zh}"),
            hint=Phrase(en="Name a pack file in UTF-8.", zh="请指定一个 UTF-8 编码的模式包文件。"),
        ) from error
    if len(text) > _LARGEST:
        raise YanmenError(
            Phrase(en=f"{path} is larger than 1 MiB", zh=f"{path} 超过 1 MiB"),
            hint=Phrase(en="Split the pack.", zh="请拆分该模式包。"),
        )
    root, data = _composed(path, text)
    try:
        file = msgspec.convert(data, File)
    except msgspec.ValidationError as error:
        message, place = foreign.validation(error)
        line = _line(root, place.removeprefix("$"))
        raise YanmenError(message, where=f"{path}:{line}", hint=_HINT) from error
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
        raise YanmenError(
            Phrase(en="this is not YAML", zh="不是有效的 YAML"), where=where, hint=_HINT
        ) from error


def _rule(entry: Entry, where: str) -> Rule:
    if entry.severity.upper() not in Severity.__members__:
        words = "info, low, medium, high, critical"
        raise YanmenError(
            Phrase(en=f"severity {entry.severity!r} is not known", zh=f"不支持严重程度 {entry.severity!r}"),
            where=where,
            hint=Phrase(en=f"One of {words}.", zh=f"可用：{words}。"),
        )
    severity = Severity[entry.severity.upper()]
    return Rule(id=entry.id, title=entry.title, severity=severity, fix=entry.fix, tags=tuple(entry.tags))


def _pattern(rule: Rule, entry: Entry, source: str | Behind, names: dict[str, str], where: str) -> Pattern:
    if entry.view not in {"folded", "raw"}:
        raise YanmenError(
            Phrase(en=f"view {entry.view!r} is not known", zh=f"不支持视图 {entry.view!r}"),
            where=where,
            hint=Phrase(en="folded or raw", zh="可用：folded、raw。"),
        )
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
                Phrase(
                    en=f"{{{found[1]}}} is not a name under `let`",
                    zh=f"`let` 下没有名为 {{{found[1]}}} 的定义",
                ),
                hint=Phrase(
                    en="Define it under `let` in the same file.", zh="请在同一文件的 `let` 下定义它。"
                ),
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
