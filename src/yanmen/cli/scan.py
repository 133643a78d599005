"""``yanmen scan``: projects, environments, packages, models and data sets, looked at before they are let in."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from yanmen.cli.options import config_option, data_option, tongue
from yanmen.core import foreign
from yanmen.core.config import load
from yanmen.core.errors import YanmenError
from yanmen.core.language import Messages, language
from yanmen.core.nouns import Ref, Severity
from yanmen.core.redaction import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from yanmen.supply.report import Report

_MESSAGES = Messages(Path(__file__).parent / "messages" / "scan")
_FORMS = ("table", "json", "sarif", "cyclonedx", "spdx", "html", "notice", "openvex")
_KINDS = ("auto", "project", "environment", "model", "dataset")
_LARGEST = 256 << 20
"""Bytes of a baseline."""


@click.command(
    "scan",
    help=tongue(
        "Say what is in projects, environments, packages, models and data sets, what of it is dangerous, and what could not be"
        " judged. Exit code 0: clean; 1: found; 2: could not judge.",
        "检查项目、运行环境、软件包、模型与数据集：列出组成，指出危险之处，并说明哪些无法判定。"
        "退出码 0：未发现问题；1：发现问题；2：无法判定。",
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    default="auto",
    show_default=True,
    help=tongue("What the paths are.", "目标的类型。"),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    default="table",
    show_default=True,
    help=tongue("Form of the report.", "报告格式。"),
)
@click.option(
    "--fail-on",
    type=click.Choice([one.word for one in Severity if one]),
    help=tongue(
        "From which severity on a finding counts as found (high).",
        "达到该严重程度即视为发现问题（默认 high）。",
    ),
)
@click.option(
    "--resolve/--offline",
    default=False,
    help=tongue(
        "Ask your package index, through pip and npm, whether upgrades can be installed together. Nothing else is ever asked.",
        "通过 pip 和 npm 向软件源核实升级方案能否安装。除此之外不访问网络，默认离线。",
    ),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help=tongue("Processes that look at files.", "并行检查文件的进程数。"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tongue("File for the report.", "报告写入的文件。"),
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=tongue("An earlier report (JSON): only what is new is shown.", "以往的 JSON 报告：只显示新增问题。"),
)
@click.option(
    "--vex",
    "statements",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=tongue("VEX statements, besides a project's own.", "VEX 声明文件（项目自带的之外）。"),
)
@click.option(
    "--vex-expires",
    "stand",
    type=click.IntRange(1, 730),
    default=90,
    show_default=True,
    help=tongue("Days that a statement stands which does not say so.", "未注明有效期的声明的有效天数。"),
)
@click.option(
    "--product",
    "products",
    multiple=True,
    metavar="PURL",
    help=tongue(
        "What the project is called in VEX statements, besides what its manifests call it.",
        "项目在 VEX 声明中的名称（清单文件所载名称之外）。",
    ),
)
@click.option(
    "--index-documents",
    "documents",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help=tongue(
        "Folder with documents of package indexes (PyPI's JSON, npm's): owners and releases count in the risk profile.",
        "软件源文档（PyPI JSON、npm 文档）所在目录：所有者与发布情况计入风险画像。",
    ),
)
@click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=tongue(
        "Of a data set: a benchmark whose questions must not be in it. Of a package: the release before, or its other form.",
        "对数据集：评测集，其题目不得出现在训练数据中。对软件包：上一版本，或其另一种形式（sdist／wheel）。",
    ),
)
@click.option(
    "--no-cache", is_flag=True, help=tongue("Look at every file again.", "不使用缓存，全部重新检查。")
)
@config_option
@data_option
def command(paths: tuple[Path, ...], form: str, out: Path | None, **options: Any) -> None:
    """Looks, prints, and exits with the verdict."""
    from yanmen.supply.report import EXIT

    if not paths:
        raise YanmenError(_MESSAGES.phrase("nothing"), hint=_MESSAGES.phrase("name"))
    report = _looked(paths, **options)
    _recorded(report, options["data"])
    _given(_formed(report, form), report, out)
    sys.exit(EXIT[report.verdict])


def _looked(
    paths: tuple[Path, ...],
    *,
    kind: str,
    fail_on: str | None,
    jobs: int,
    baseline: Path | None,
    statements: tuple[Path, ...],
    stand: int,
    products: tuple[str, ...],
    documents: Path | None,
    against: tuple[Path, ...],
    file: Path | None,
    data: Path,
    no_cache: bool,
    resolve: bool,
) -> Report:
    from yanmen.intel.advisories import Advisories
    from yanmen.supply.scan import Options, Scan
    from yanmen.supply.upgrades import Npm, Pip
    from yanmen.supply.upgrades.resolving import Both

    config = load(file).config
    wanted = Options(
        kind=None if kind == "auto" else kind,  # type: ignore[arg-type]  # one of the choices
        jobs=jobs,
        cache=None if no_cache else _cache(),
        threshold=Severity[fail_on.upper()] if fail_on else None,
        known=_known(baseline) if baseline else None,
        statements=statements,
        stand=stand,
        products=products,
        documents=documents,
        against=against,
        resolver=Both(Pip(), Npm()) if resolve else None,
    )
    folder = data / "intel"
    with Advisories.open(
        folder if folder.is_dir() else None, max_age_days=config.intel.max_feed_age_days
    ) as advisories:
        report = Scan(config.supply, advisories, wanted, progress=_progress()).report(paths)
    _wipe()
    return report


def _recorded(report: Report, data: Path) -> None:
    """Put the scan on record, where there is a store."""
    from yanmen.store import Store
    from yanmen.store.address import known
    from yanmen.supply.risk import scanned

    if known(data):
        with Store.open(data) as store:
            store.append(scanned(report, Ref(kind="user", id=getpass.getuser()))).result(60)


def _cache() -> Path:
    """Where results are kept, by the XDG base directory specification."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(root) if root.startswith("/") else Path.home() / ".cache") / "yanmen" / "scan"


def _known(baseline: Path) -> frozenset[str]:
    """The fingerprints in an earlier report."""
    from yanmen.supply.report import SCHEMA

    try:
        raw = baseline.read_bytes() if baseline.stat().st_size <= _LARGEST else b""
        tree = msgspec.json.decode(raw)
        known = {SCHEMA: tree["findings"]}[tree["schema"]]
        return frozenset(str(one["fingerprint"]) for one in known)
    except (OSError, msgspec.MsgspecError, ValueError, KeyError, TypeError):
        raise YanmenError(
            _MESSAGES.phrase("baseline", file=baseline), hint=_MESSAGES.phrase("again")
        ) from None


def _formed(report: Report, form: str) -> bytes:
    from yanmen.supply.bom import cyclonedx, spdx
    from yanmen.supply.formats import FORMATS, statements

    if form in FORMATS:
        return FORMATS[form](report, language())
    documents: dict[str, Callable[[Report], bytes]] = {
        "cyclonedx": cyclonedx.of_report,
        "spdx": spdx.of_report,
        "openvex": statements.of_report,
    }
    return documents[form](report)


def _given(document: bytes, report: Report, out: Path | None) -> None:
    if out is None:
        click.echo(document.decode("utf-8", "replace"), nl=False)
        return
    try:
        out.write_bytes(document)
    except OSError as error:
        why = foreign.system(error)
        raise YanmenError(
            _MESSAGES.phrase("unwritable", file=out, why=why.say(language())),
            hint=_MESSAGES.phrase("elsewhere"),
        ) from error
    click.echo(_MESSAGES.say("written", verdict=_MESSAGES.say(report.verdict), file=out))


def _progress() -> Callable[[str, int, int], None] | None:
    """A line that is written anew, where somebody watches."""
    if not sys.stderr.isatty():
        return None

    def said(what: str, done: int, total: int) -> None:
        line = _MESSAGES.say("progress", done=done, total=total or "…", what=visible(what))
        sys.stderr.write(f"\r\x1b[2K{line[:100]}")
        sys.stderr.flush()

    return said


def _wipe() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[2K")
