"""Writes docs/reference and the lists of docs/README.md from the code: ``make docs``. With ``--check``: fails when stale.

Nothing here is kept twice: rules come from the catalogue, commands from their help, configuration from its structs and
the docstrings beside their fields, event kinds from docs/events.yaml, which must name every kind that the code writes.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import click
import model_page
import msgspec
import yaml

from yanmen.core import catalogue, config
from yanmen.core.config import section

DOCS = Path(__file__).parent
SOURCE = DOCS.parent / "src/yanmen"
MADE = "<!-- Made by `make docs` from the code; edits here are lost. -->\n"
WIDTH = 96
"""Columns of a command's help."""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def rules_page() -> str:
    """Every rule, in both languages."""
    rooms: dict[str, list[str]] = {}
    for rule in catalogue.rules().values():
        rooms.setdefault(rule.id.partition(".")[0], []).append(
            f"### `{rule.id}`\n\n{rule.title.en} · {rule.title.zh}\n\n"
            f"Severity: {rule.severity.word} · Tags: {', '.join(f'`{tag}`' for tag in rule.tags)}\n\n"
            f"{rule.fix.en}\n\n{rule.fix.zh}\n"
        )
    total = sum(map(len, rooms.values()))
    head = (
        f"# The catalogue · 规则目录\n\n{MADE}\n"
        f"The {total} rules that can be found; `yanmen rules` prints the same. A rule id is stable for ever.\n\n"
        f"共 {total} 条规则；`yanmen rules` 输出同样内容。规则编号永久不变。\n"
    )
    return head + "".join(f"\n## {room}\n\n" + "\n".join(rooms[room]) for room in sorted(rooms))


def _commands(name: str, command: click.Command, parent: click.Context | None) -> Iterator[dict[str, str]]:
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield {"name": context.command_path, "help": command.get_help(context)}
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            if found := command.get_command(context, each):
                yield from _commands(each, found, context)


def _help_in(language: str) -> list[dict[str, str]]:
    """The help of every command in a language: in a process of its own, since help is read on import."""
    code = "import json, docs_generate as g; print(json.dumps(list(g._commands('yanmen', g._root(), None))))"
    code = code.replace("docs_generate", Path(__file__).stem)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YANMEN_")}
    env = {**kept, "YANMEN_LANG": language, "PYTHONPATH": str(DOCS), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, env=env, stdout=subprocess.PIPE, timeout=120, check=True)  # noqa: S603  # our own code
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def _root() -> click.Command:
    from yanmen.cli import yanmen_command  # noqa: PLC0415  # its help is in the language at import

    return yanmen_command


def commands_page(language: str) -> str:
    """The help of every command."""
    title = {"en": "# Commands", "zh": "# 命令"}[language]
    note = {
        "en": "Exit codes: 0 clean, 1 found, 2 could not judge or wrong use. "
        "`YANMEN_LANG=zh` or the locale chooses the language.",
        "zh": "退出码：0 无问题，1 有发现，2 无法判定或用法错误。语言由 `YANMEN_LANG=zh` 或系统区域设置决定。",
    }[language]
    parts = [f"## `{each['name']}`\n\n```text\n{each['help'].rstrip()}\n```\n" for each in _help_in(language)]
    return f"{title}\n\n{MADE}\n{note}\n\n" + "\n".join(parts)


def _fields() -> dict[str, dict[str, tuple[str, str]]]:
    """Struct name to field name to (its type as written, its docstring), from the source of core.config."""
    files = sorted((SOURCE / "core/config").glob("*.py"))
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for node in [node for file in files for node in ast.parse(file.read_text("utf-8")).body]:
        if not isinstance(node, ast.ClassDef):
            continue
        fields = found.setdefault(node.name, {})
        for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                text = ""
                if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                    text = str(after.value.value)
                fields[statement.target.id] = (ast.unparse(statement.annotation), text)
    return found


def _bounds() -> Iterator[str]:
    for name, kind in vars(section).items():
        for meta in getattr(kind, "__metadata__", ()):
            limits = [f"{sign} {value:,}" for sign, value in _limits(meta)]
            base = kind.__origin__.__name__
            yield f"| `{name}` | {'whole number' if base == 'int' else 'number'}, {' and '.join(limits)} |"


def _limits(meta: msgspec.Meta) -> Iterator[tuple[str, float]]:
    for sign, value in (("≥", meta.ge), (">", meta.gt), ("≤", meta.le), ("<", meta.lt)):
        if value is not None:
            yield sign, value


def _sections(struct: type[msgspec.Struct], name: str) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    yield name, struct
    for field in msgspec.structs.fields(struct):
        dotted = f"{name}.{field.name}".strip(".")
        if _is_section(field.type):
            yield from _sections(field.type, dotted)
        elif named := _named_section(field):
            yield f"{dotted}.NAME", named


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _named_section(field: msgspec.structs.FieldInfo) -> type[msgspec.Struct] | None:
    """The section that a table of sections by name is made of; nothing for any other field."""
    within: Any = get_args(field.type)[1] if get_origin(field.type) is dict else None
    return within if _is_section(within) else None


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def configuration_page() -> str:
    """Every section and field of the configuration file."""
    source = _fields()
    parts = []
    for name, struct in _sections(config.Config, ""):
        rows = []
        for field in msgspec.structs.fields(struct):
            kind, text = source[struct.__name__][field.name]
            if _is_section(field.type) or _named_section(field):
                continue
            kind = re.sub(r"Annotated\[(\w+), Meta\((.*)\)\]", r"\1, \2", kind)
            rows.append(f"| `{field.name}` | {_cell(kind)} | `{_default(field)}` | {_cell(text)} |")
        heading = f"## `[{name}]`" if name else "## The top of the file"
        about = (struct.__doc__ or "").replace("``", "`")
        table = "| name | type | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows).replace(
            "``", "`"
        )
        parts.append(f"{heading}\n\n{about}\n\n{table}\n")
    sections = "\n".join(parts)
    types = "| type | is |\n|---|---|\n" + "\n".join(_bounds())
    return (
        f"# Configuration\n\n{MADE}\n"
        "A TOML file, given as `yanmen up --config yanmen.toml`. Later wins: defaults, the file, the environment "
        "(`YANMEN_CONFIG__GATEWAY__PORT=9000`), options of the command line. An unknown name is an error that names its "
        "line. `yanmen config show` prints what is in force and where each value came from.\n\n"
        f"{sections}\n## Types\n\n{types}\n"
    )


def _written_kinds() -> set[str]:
    """Every event kind that stands in the code as the ``kind`` of an ``Event``."""
    found: set[str] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Event":
                for keyword in node.keywords:
                    if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant):
                        found.add(str(keyword.value.value))
    return found


def events_page() -> str:
    """Every kind of event; a ValueError when the code writes one that docs/events.yaml does not tell of."""
    kinds: dict[str, dict[str, Any]] = yaml.safe_load((DOCS / "events.yaml").read_text("utf-8"))
    if unknown := _written_kinds() - kinds.keys():
        raise ValueError(f"docs/events.yaml does not tell of {', '.join(sorted(unknown))}")
    rows = [
        f"| `{kind}` | {_cell(about['en'])} | {_cell(about['zh'])} | {_cell(about.get('data', ''))} |"
        for kind, about in sorted(kinds.items())
    ]
    return (
        f"# Events · 事件\n\n{MADE}\n"
        "What the store keeps, written once. Kinds and their data are public: they only ever gain fields. "
        "Every event has `id`, `at` (microseconds since 1970, UTC), `kind`, and where it applies `actor` and `subject`.\n\n"
        "存储中保留的内容，一经写入不再改变。事件种类及其数据属于公开接口，只增不减。每个事件都有 `id`、`at`"
        "（自 1970 年起的微秒数，UTC）、`kind`，必要时还有 `actor`（谁）与 `subject`（对谁）。\n\n"
        "| kind | what happened | 含义 | data |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def _title(path: Path) -> str:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# "):
            return line.removeprefix("# ").strip()
    raise ValueError(f"{path} has no title")


def index_page() -> str:
    """docs/README.md with the list of each folder brought up to date."""
    text = (DOCS / "README.md").read_text("utf-8")
    for folder in ("tutorial", "howto", "reference", "explanation", "decisions"):
        pages = sorted((DOCS / folder).glob("*.md"))
        items = "\n".join(f"- [{_title(path)}]({folder}/{path.name})" for path in pages)
        before, _, rest = text.partition(f"<!-- {folder} -->")
        _, _, after = rest.partition(f"<!-- /{folder} -->")
        text = f"{before}<!-- {folder} -->\n{items}\n<!-- /{folder} -->{after}"
    return text


PAGES: dict[str, Callable[[], str]] = {
    "reference/catalogue.md": rules_page,
    "reference/cli.md": lambda: commands_page("en"),
    "reference/cli.zh.md": lambda: commands_page("zh"),
    "reference/configuration.md": configuration_page,
    "reference/events.md": events_page,
    "reference/guard-model.md": lambda: model_page.page(MADE, "en"),
    "reference/guard-model.zh.md": lambda: model_page.page(MADE, "zh"),
    "README.md": index_page,
}
"""Page to what writes it, in this order: the index lists the pages before it."""


def main() -> int:
    """Write the pages, or with ``--check`` name those that are stale; 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 when a page is stale"
    )
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(name)
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, "utf-8")
    for name in stale:
        print(f"docs/{name} {'is stale: run `make docs`' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
