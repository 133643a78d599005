"""``yanmen convert``: a checkpoint that is proven safe becomes safetensors, without being run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yanmen.cli.options import json_option, tongue
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from yanmen.supply.targets import Examined
    from yanmen.supply.weights.tensors import Tensor

_MESSAGES = Messages(Path(__file__).parent / "messages" / "convert")
_EXIT = {"unsafe": 1, "unknown": 2}
_SHOWN = 8
"""Names of a list that a person is shown; ``--json`` has all."""


@click.command(
    "convert",
    help=tongue(
        "Write a PyTorch checkpoint or NumPy archive as safetensors. FILE is proven safe first and never run. Exit code 1: it is"
        " unsafe; 2: it is not proven safe.",
        "将 PyTorch 检查点或 NumPy 归档转换为 safetensors。转换前先证明 FILE 安全，全程不执行其中代码。"
        "退出码 1：文件不安全；2：无法证明安全。",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(file: Path, out: Path, *, as_json: bool) -> None:
    """Refuses whatever is not proven safe."""
    from yanmen.supply.models.examine import look
    from yanmen.supply.targets import Artifact

    if out.exists():
        raise YanmenError(_MESSAGES.phrase("exists", path=str(out)), hint=_MESSAGES.phrase("another"))
    try:
        artifact = Artifact.of(file)
    except OSError as error:
        why = error.strerror or str(error)
        raise YanmenError(_MESSAGES.phrase("unread", path=str(file), why=why)) from None
    examined = look(artifact)
    if examined.proof != "proven_safe":
        _refuse(file, examined, as_json=as_json)
    found, facts = _tensors(file, artifact, examined)
    written = _written(file, found, out)
    if as_json:
        said = {"out": str(out), "tensors": len(found), "bytes": written, "steps": examined.steps, **facts}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    click.echo(_MESSAGES.say("written", path=str(out), count=len(found), size=written))
    click.echo(_MESSAGES.say("proof", steps=len(examined.steps)))
    if facts.get("left out"):
        click.echo(_MESSAGES.say("left", names=_names(facts["left out"])))
    for first, others in facts.get("shared", {}).items():
        click.echo(_MESSAGES.say("shared", names=_names([first, *others])))


def _tensors(file: Path, artifact: Any, examined: Examined) -> tuple[list[Tensor], dict[str, Any]]:
    from yanmen.supply.models.bounds import FAULTS, Unjudged
    from yanmen.supply.weights import pickled

    readers = {"torch-zip": pickled.read_torch, "torch-legacy": pickled.read_torch, "npz": pickled.read_npz}
    if examined.format not in readers:
        said = _MESSAGES.phrase("format", path=str(file), format=examined.format)
        raise YanmenError(said, hint=_MESSAGES.phrase("accepted"))
    try:
        found, facts = readers[examined.format](artifact, _bounds(file))
    except (Unjudged, *FAULTS) as error:
        raise _broken(file, error) from None
    if not found:
        raise YanmenError(_MESSAGES.phrase("nothing", path=str(file)), hint=_MESSAGES.phrase("whole"))
    return found, facts


def _bounds(file: Path) -> Any:
    from yanmen.core.nouns import Ref
    from yanmen.supply.models.bounds import Bounds, Limits
    from yanmen.supply.models.examine import examine

    return Bounds(Ref(kind="file", id=str(file)), examine, Limits(seconds=3_600))


def _written(file: Path, found: list[Tensor], out: Path) -> int:
    from yanmen.supply.models.bounds import FAULTS, Unjudged
    from yanmen.supply.weights.writing import write

    try:
        return write(found, out)
    except (Unjudged, *FAULTS) as error:
        raise _broken(file, error) from None


def _broken(file: Path, error: Exception) -> YanmenError:
    return YanmenError(_MESSAGES.phrase("broken", path=str(file), why=visible(str(error))))


def _refuse(file: Path, examined: Examined, *, as_json: bool) -> None:
    if as_json:
        findings = [{"rule": one.rule.id, "evidence": one.evidence} for one in examined.findings]
        missed = [{"reason": one.reason, "detail": one.detail} for one in examined.unexamined]
        said = {
            "proof": examined.proof,
            "format": examined.format,
            "findings": findings,
            "unexamined": missed,
        }
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        click.echo(_MESSAGES.say(examined.proof, path=str(file)), err=True)
        for one in examined.findings[:_SHOWN]:
            said_of = {"rule": one.rule.id, "evidence": one.evidence, "where": one.where.part}
            click.echo(_MESSAGES.say("finding", **said_of), err=True)
        for each in examined.unexamined[:_SHOWN]:
            click.echo(_MESSAGES.say("missed", reason=each.reason, detail=each.detail), err=True)
    sys.exit(_EXIT[examined.proof])


def _names(names: list[str]) -> str:
    shown = ", ".join(map(visible, names[:_SHOWN]))
    return shown + (_MESSAGES.say("more", count=len(names) - _SHOWN) if len(names) > _SHOWN else "")
