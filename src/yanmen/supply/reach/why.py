"""Why a component is held to be reached or not, for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yanmen.core.nouns import Phrase

LOST = ("missing", "dynamic", "code", "binary")
"""Why a trail is lost though every file was read, the plainest first."""
_SHOWN = 4
"""Names that are said of a list."""

INSTALLED_ONLY = Phrase(
    en="installed, but nothing that the project can reach imports it",
    zh="已安装，但项目可到达的代码均未导入它",
)
NO_SOURCES = Phrase(en="no Python sources of the project's own were found", zh="未找到项目自身的 Python 源码")
TIMED_OUT = Phrase(
    en="the time for looking was up before every module was read", zh="限定时间内未能读完全部模块，无法判定"
)
UNSUPPORTED = Phrase(en="reachability is judged for PyPI and npm only", zh="可达性分析仅支持 PyPI 与 npm")
SCRIPTS: Mapping[str, Phrase] = {
    "imported": Phrase(en="imported by a script of the project", zh="项目脚本导入了它"),
    "not-found": Phrase(
        en="no script of the project imports it by name; what its packages import was not followed",
        zh="项目脚本未直接导入它；未继续分析各依赖包的导入",
    ),
    "dynamic": Phrase(
        en="no script imports it by name, but some import by names made at run time",
        zh="没有脚本直接导入它，但部分脚本在运行时拼接导入名",
    ),
    "unread": Phrase(en="some scripts could not be read", zh="部分脚本无法读取"),
    "no-sources": Phrase(en="no scripts of the project's own were found", zh="未找到项目自身的脚本源码"),
}


def called(symbol: str, place: str) -> Phrase:
    """A vulnerable name is used."""
    return Phrase(en=f"{symbol} is used at {place}", zh=f"{place} 使用了 {symbol}")


def idle(symbol: str, place: str) -> Phrase:
    """It is used where nothing leads."""
    return Phrase(
        en=f"imported; {symbol} stands at {place}, in a function that no code read here names",
        zh=f"已导入；{place} 处的 {symbol} 所在函数未被任何已分析代码引用",
    )


def imported(*, ids: bool, listed: Sequence[str]) -> Phrase:
    """``ids``: whether an advisory is asked about; ``listed``: the names that it is about, where our list has them."""
    if not ids:
        return Phrase(en="imported", zh="已导入")
    if not listed:
        return Phrase(
            en="imported; which of its functions the advisory is about is not in our list",
            zh="已导入；符号清单未收录该公告涉及的函数",
        )
    names = ", ".join(listed[:_SHOWN]) + (" …" if len(listed) > _SHOWN else "")
    return Phrase(
        en=f"imported; no use was found of what the advisory is about: {names}",
        zh=f"已导入；未发现使用公告所涉函数：{names}",
    )


def from_tests(said: Phrase) -> Phrase:
    """Only tests lead there."""
    return Phrase(en=f"{said.en} (only the project's tests lead there)", zh=f"{said.zh}（仅测试代码可到达）")


def from_loose(said: Phrase) -> Phrase:
    """No beginning that is known leads there."""
    return Phrase(
        en=f"{said.en} (from a file that no known entry point reaches)",
        zh=f"{said.zh}（所在文件不在任何已知入口的路径上）",
    )


def rank(reason: str) -> int:
    """Which loss to name first."""
    return LOST.index(reason) if reason in LOST else len(LOST)


def lost(reason: str, name: str, place: str, count: int) -> Phrase:
    """Where the trail is lost first, and in how many places."""
    match reason:
        case "missing":
            en, zh = (
                f"{name}, which {place} imports, is not at hand",
                f"{place} 导入的 {name} 不在所分析的环境中",
            )
        case "dynamic":
            en, zh = f"unknown dynamic import at {place}", f"{place} 处动态导入的模块名未知"
        case "code":
            en, zh = f"code made at run time is run at {place}", f"{place} 处执行运行时生成的代码"
        case "binary":
            en, zh = (
                f"{place} is machine code whose imports cannot be read",
                f"{place} 是机器码，无法读取其导入",
            )
        case _:
            en, zh = f"{place} could not be read ({reason})", f"{place} 无法读取（{reason}）"
    more_en, more_zh = (f" and {count - 1} more places", f"，另有 {count - 1} 处") if count > 1 else ("", "")
    return Phrase(
        en=f"no import of it was found, but it may be hidden: {en}{more_en}",
        zh=f"未发现导入，但不能排除：{zh}{more_zh}",
    )


def not_installed(names: str) -> Phrase:
    """Its files are not at hand, so what it is imported as is a guess."""
    return Phrase(
        en=f"no import of {names} was found, but it is not installed where we looked",
        zh=f"未发现导入 {names}，但所分析的环境中没有安装它",
    )
