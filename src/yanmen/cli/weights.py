"""``yanmen weights``: a model's tensors, one by one. Digests, differences, proofs of conversion, hints."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from yanmen.cli.options import tongue
from yanmen.core.language import Messages
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.supply.weights.conversion import Match
    from yanmen.supply.weights.difference import Amount, Change

_MESSAGES = Messages(Path(__file__).parent / "messages" / "weights")
_FOUND, _UNJUDGED = 1, 2
SCHEMA = "yanmen.weights/1"
"""Of the JSON documents; a change that takes something away gets another number."""
Command = TypeVar("Command", bound=Callable[..., Any])
_MODEL = click.Path(path_type=Path, exists=True)


def _format(command: Command) -> Command:
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help=tongue("How to print.", "输出格式。"),
    )(command)


@click.group(
    "weights",
    help=tongue(
        "A model's tensors, one by one: digests, differences, proofs of conversion, hints.",
        "逐个张量地查看模型权重：摘要、差异、格式转换证明与提示。",
    ),
)
def command() -> None:
    """Nothing of its own."""


@command.command(
    "digest",
    help=tongue(
        "A digest of each tensor and one of all, the same in every format. MODEL: a file, or a folder of shards.",
        "给出每个张量的摘要与总摘要，与文件格式无关。MODEL 为文件或分片目录。",
    ),
)
@click.argument("model", type=_MODEL)
@_format
def digest(model: Path, form: str) -> None:
    """Reads the tensors once, and a single file once more for its own digest."""
    from yanmen.supply.weights.digests import digests, root
    from yanmen.supply.weights.opening import weights

    found = weights(model)
    listed = list(digests(found))
    if form == "json":
        rows = [
            {"name": each.name, "dtype": each.dtype, "shape": each.shape, "sha256": each.sha256}
            for each in listed
        ]
        file = _digest_of(model) if model.is_file() else None
        _print(
            {
                "path": str(model),
                "format": found.format,
                "sha256": file,
                "root": root(listed),
                "tensors": rows,
            }
        )
        return
    for each in listed:
        click.echo(f"{each.sha256}  {each.dtype:<6} {_shape(each.shape):<20} {visible(each.name)}")
    click.echo(_MESSAGES.say("root", count=len(listed), root=root(listed)))


@command.command(
    "diff",
    help=tongue(
        "What changed between two versions, tensor by tensor. Exit code 0: nothing; 1: something; 2: not all could be compared.",
        "比较两个版本，逐个张量列出变化。退出码 0：无变化；1：有变化；2：有张量无法比较。",
    ),
)
@click.argument("first", type=_MODEL)
@click.argument("second", type=_MODEL)
@_format
def diff(first: Path, second: Path, form: str) -> None:
    """Both are read once, and again what changed."""
    from yanmen.supply.weights.difference import changes
    from yanmen.supply.weights.opening import weights

    found = list(changes(weights(first), weights(second)))
    if form == "json":
        rows = [_row(each) for each in found if each.kind != "same"]
        same = sum(each.kind == "same" for each in found)
        _print({"first": str(first), "second": str(second), "same": same, "changes": rows})
    else:
        for each in found:
            if each.kind != "same":
                click.echo(_MESSAGES.say(each.kind, **_words(each)))
        same = sum(each.kind == "same" for each in found)
        click.echo(_MESSAGES.say("same", same=same, count=len(found)))
    kinds = {each.kind for each in found} - {"same"}
    sys.exit(_FOUND if kinds - {"unread"} else _UNJUDGED if kinds else 0)


@command.command(
    "same",
    help=tongue(
        "Prove that two files, of one format or of two, hold the same tensors: unchanged, or stored in another type exactly."
        " Exit code 0: proven; 1: they do not; 2: not proven.",
        "证明两个文件（格式可不同）包含相同的张量：数值未变，或精确转换为另一种类型。退出码 0：已证明；1：不一致；2：未能证明。",
    ),
)
@click.argument("first", type=_MODEL)
@click.argument("second", type=_MODEL)
@_format
def same(first: Path, second: Path, form: str) -> None:
    """A tensor that was quantised is told with its distance: that is no proof."""
    from yanmen.supply.weights.conversion import matches
    from yanmen.supply.weights.opening import weights

    found = list(matches(weights(first), weights(second)))
    wrong = [each for each in found if each.how in {"differs", "missing", "extra"}]
    unproven = [each for each in found if not each.proven]
    if form == "json":
        proven = not unproven
        _print(
            {
                "first": str(first),
                "second": str(second),
                "proven": proven,
                "tensors": [_match(each) for each in found],
            }
        )
    else:
        for each in found:
            if each.how != "same" or each.first != each.second:
                click.echo(
                    _MESSAGES.say("match", first=_name(each.first), second=_name(each.second), how=_how(each))
                )
        _conclude(found, wrong, unproven)
    sys.exit(_FOUND if wrong else _UNJUDGED if unproven else 0)


@command.command(
    "hints",
    help=tongue(
        "What stands out: tensors unlike their kind, values that are no numbers, rows that nothing trained. Hints, no findings.",
        "指出异常之处：与同类差异悬殊的张量、NaN 与无穷大、未经训练的嵌入行。仅为提示，不是结论。",
    ),
)
@click.argument("model", type=_MODEL)
@_format
def hint(model: Path, form: str) -> None:
    """One pass; two for embeddings."""
    from yanmen.supply.weights.hints import hints, unmeasured
    from yanmen.supply.weights.opening import weights

    read = weights(model)
    found, left = list(hints(read)), unmeasured(read)
    if form == "json":
        _print({"path": str(model), "hints": [each._asdict() for each in found], "unmeasured": left})
        return
    for each in found:
        said = {"tensor": visible(each.tensor), "value": _number(each.value), "usual": _number(each.usual)}
        click.echo(_MESSAGES.say(each.kind, **said, among=each.among))
    if left:
        click.echo(_MESSAGES.say("unmeasured", count=len(left), first=visible(left[0])))
    if found:
        click.echo(_MESSAGES.say("hints", count=len(found), tensors=len(read.tensors)))
    else:
        click.echo(_MESSAGES.say("nothing", count=len(read.tensors)))


def _conclude(found: list[Match], wrong: list[Match], unproven: list[Match]) -> None:
    if wrong:
        click.echo(_MESSAGES.say("not_same", differing=len(wrong), count=len(found)))
    elif unproven:
        click.echo(_MESSAGES.say("not_proven", open=len(unproven), count=len(found)))
    else:
        how = Counter(_how(each) for each in found)
        summary = "; ".join(f"{each} × {count}" for each, count in sorted(how.items()))
        click.echo(_MESSAGES.say("proven", count=len(found), how=summary))


def _how(each: Match) -> str:
    key = f"is_{each.how}"
    types = " → ".join(dict.fromkeys(filter(None, each.types)))
    relative = _number(each.amount.relative) if each.amount else "?"
    return _MESSAGES.say(
        key,
        **{name: value for name, value in (("types", types), ("relative", relative)) if name in _wanted(key)},
    )


def _wanted(key: str) -> str:
    return {
        "is_cast": "types",
        "is_quantised": "types relative",
        "is_differs": "types",
        "is_unread": "types",
    }.get(key, "")


def _match(each: Match) -> dict[str, Any]:
    row: dict[str, Any] = {"first": each.first, "second": each.second, "how": each.how, "types": each.types}
    return row | ({"amount": _amount(each.amount)} if each.amount else {})


def _row(each: Change) -> dict[str, Any]:
    row: dict[str, Any] = {"name": each.name, "kind": each.kind, "before": each.before, "after": each.after}
    return row | ({"amount": _amount(each.amount)} if each.amount else {})


def _amount(amount: Amount) -> dict[str, float | None]:
    """JSON has no infinity."""
    return {name: value if math.isfinite(value) else None for name, value in amount._asdict().items()}


def _words(each: Change) -> dict[str, Any]:
    """What the message of its kind asks for."""
    said: dict[str, Any] = {"name": visible(each.name)}
    if each.kind != "added":
        said["before"] = each.before
    if each.kind not in {"removed", "changed"}:
        said["after"] = each.after
    if each.amount and each.kind in {"changed", "type"}:
        said |= {"largest": _number(each.amount.largest), "relative": _number(each.amount.relative)}
        said["share"] = f"{each.amount.share:.2%}"
    return said


def _digest_of(model: Path) -> str:
    with model.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _number(value: float) -> str:
    return f"{value:.4g}"


def _name(name: str) -> str:
    return visible(name) if name else "∅"


def _shape(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps({"schema": SCHEMA, **document}, ensure_ascii=False, indent=2))
