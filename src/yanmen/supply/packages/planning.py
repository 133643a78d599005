"""When the files of a package run: at install, at start-up, on import, or only when something calls them."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from yanmen.supply.packages import metadata as says
from yanmen.supply.packages.behaviour import Hook
from yanmen.supply.packages.opening import STARTERS
from yanmen.supply.packages.package import Package
from yanmen.supply.packages.reading.effects import Trigger
from yanmen.supply.packages.reading.python import MAIN

_ASIDE = frozenset(
    "test tests testing doc docs example examples benchmark benchmarks scripts tools ci bin poc pocs samples demo demos "
    "fixtures _vendor "
    "vendor vendored third_party __tests__ spec".split()
)
_LIFE = ("preinstall", "install", "postinstall")
"""Scripts that npm runs when a package is installed as a dependency."""
_SOURCES = (".js", ".cjs", ".mjs", ".ts", ".jsx", "")
_COMMANDS = frozenset(
    "pip pip3 python python3 git npm npx node docker kubectl aws gcloud az ssh curl wget sudo ls make conda uv "
    "poetry pytest".split()
)
"""Commands that are somebody else's: a script of that name is run in their stead."""
_OPENED = re.compile(
    r"(?:^|/)(?:\.vscode/tasks\.json|\.claude/settings(?:\.local)?\.json|\.cursor/(?:mcp|hooks)\.json|\.mcp\.json|\.gemini/settings\.json|"
    r"\.devcontainer/devcontainer\.json|\.devcontainer\.json|\.idea/[\w./-]{1,80}\.xml|\.kiro/settings/mcp\.json|\.zed/tasks\.json)$"
)
"""Settings of editors and assistants, which run what they say when the folder is opened."""
_SAID = re.compile(
    r'"(?:command|postCreateCommand|postStartCommand|onCreateCommand|initializeCommand)"\s*:\s*("(?:[^"\\]|\\.){1,4000}")'
)
_HOOKS = frozenset(
    "build_wheel build_sdist build_editable get_requires_for_build_wheel get_requires_for_build_sdist "
    "get_requires_for_build_editable prepare_metadata_for_build_wheel prepare_metadata_for_build_editable".split()
)
BACKEND_HOOKS = _HOOKS
"""Functions that PEP 517 calls."""


@dataclass
class Plan:
    """Which members run when, in the order in which they are read."""

    files: dict[str, Trigger] = field(default_factory=dict)
    commands: list[tuple[str, int, str]] = field(default_factory=list)
    """Commands at install: member, line, text."""
    opened: list[tuple[str, int, str]] = field(default_factory=list)
    """Commands that an editor or an assistant gives when the folder is opened: member, line, text."""
    lines: list[tuple[str, int, str]] = field(default_factory=list)
    """Python that runs at start-up: member, line, code."""
    calls: dict[str, frozenset[str]] = field(default_factory=dict)
    """Functions of a member that an installer calls; ``*``: all methods of its classes."""
    hooks: list[Hook] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    """Python: dotted name to member."""


def plan_of(package: Package) -> Plan:
    """The plan of a package."""
    plan = _node_plan(package) if package.ecosystem == "npm" else _python_plan(package)
    for member in package.members:
        if _OPENED.search(member) and "node_modules/" not in member:
            text = says.text_of(package.members[member])
            for found in _SAID.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                plan.opened.append((member, line, json.loads(found[1], strict=False)))
    return plan


def _aside(member: str) -> bool:
    parts = [part.lower() for part in PurePosixPath(member).parts]
    name = parts[-1]
    return bool(_ASIDE & set(parts[:-1])) or name.startswith(
        ("test_", "conftest", "__main__", "noxfile", "tasks")
    )


def _python_plan(package: Package) -> Plan:
    plan = Plan()
    source = package.kind in {"sdist", "tree"}
    if source:
        _install(package, plan)
    _startup(package, plan, source=source)
    rest: list[str] = []
    for member in package.members:
        if not member.endswith((".py", ".pyw")) or ".dist-info/" in member:
            continue
        name = _dotted(member, source=source)
        plan.modules.setdefault(name, member)
        if member not in plan.files:
            rest.append(member)
    rest.sort(
        key=lambda member: (_aside(member), member.count("/"), not member.endswith("__init__.py"), member)
    )
    for member in package.members:
        if ".data/scripts/" in member and member.rpartition("/")[2] in _COMMANDS:
            plan.files[member] = Trigger.IMPORT
    for member in rest:
        plan.files[member] = (
            Trigger.CALLED
            if _aside(member)
            or (source and "/" not in member and member != "setup.py" and member[:-3] not in _tops(package))
            else Trigger.IMPORT
        )
    return plan


def _tops(package: Package) -> frozenset[str]:
    """Modules at the top of a source tree that are meant to be imported."""
    plain = package.name.replace("-", "_")
    setup = says.text_of(package.members.get("setup.py")) + says.text_of(
        package.members.get("pyproject.toml")
    )
    return frozenset(
        {
            plain,
            *re.findall(r"py_modules\s*=\s*\[\s*[\"'](\w+)", setup),
            *re.findall(r"py-modules\s*=\s*\[\s*[\"'](\w+)", setup),
        }
    )


def _dotted(member: str, *, source: bool) -> str:
    parts = list(PurePosixPath(member).with_suffix("").parts)
    if source and parts[0] in {"src", "lib", "python"} and len(parts) > 1:
        parts = parts[1:]
    if len(parts) > 2 and parts[0].endswith(".data") and parts[1] in {"purelib", "platlib"}:  # noqa: PLR2004  # x.data/purelib/y
        parts = parts[2:]
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def _install(package: Package, plan: Plan) -> None:
    members = package.members
    said = package.metadata
    project = says.text_of(members.get("pyproject.toml"))
    if "setup.py" in members:
        plan.files["setup.py"] = Trigger.INSTALL
        plan.calls["setup.py"] = frozenset({MAIN})
        plan.hooks.append(Hook(kind="setup", member="setup.py", line=1))
    backend, paths = (said.backend, said.backend_paths) if said.backend else says.backend_of(project)
    if backend and paths:
        module = backend.partition(":")[0].replace(".", "/")
        for folder in paths:
            stem = "/".join(part for part in (*PurePosixPath(folder).parts, module) if part not in {".", "/"})
            for member in (f"{stem}.py", f"{stem}/__init__.py"):
                if member in members:
                    plan.files[member] = Trigger.INSTALL
                    plan.calls[member] = _HOOKS
                    plan.hooks.append(Hook(kind="backend", member="pyproject.toml", line=1, text=backend))
    for member in _build_hooks(project):
        if member in members:
            plan.files[member] = Trigger.INSTALL
            plan.calls[member] = frozenset({"*", "build"})
            plan.hooks.append(Hook(kind="build-hook", member=member, line=1))
    for target in re.findall(
        r"^\w+\s*=\s*[\"']([\w.]+)\.\w+[\"']", _section(project, "tool.setuptools.cmdclass"), re.MULTILINE
    ):
        member = target.replace(".", "/") + ".py"
        if member in members:
            plan.files[member] = Trigger.INSTALL
            plan.calls[member] = frozenset({"*"})
            plan.hooks.append(Hook(kind="command-class", member="pyproject.toml", line=1, text=target))


def _section(text: str, name: str) -> str:
    found = re.search(rf"^\[{re.escape(name)}\]\s*$(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def _build_hooks(project: str) -> list[str]:
    try:
        tool = tomllib.loads(project).get("tool", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    found = []
    if "custom" in json.dumps(tool.get("hatch", {}), default=str):
        found.append("hatch_build.py")
    build = tool.get("poetry", {}).get("build") if isinstance(tool.get("poetry"), dict) else None
    if build:
        found.append(
            build
            if isinstance(build, str)
            else str(build.get("script", "build.py"))
            if isinstance(build, dict)
            else "build.py"
        )
    if "pdm" in tool:
        found.append("pdm_build.py")
    return found


def _startup(package: Package, plan: Plan, *, source: bool) -> None:
    for member in package.members:
        name = member.rpartition("/")[2]
        depth = member.count("/")
        if name.endswith(".pth") and (source or depth == 0 or ".data/" in member):
            for number, line in enumerate(says.text_of(package.members[member]).splitlines(), 1):
                if line.startswith(("import ", "import\t")):
                    plan.lines.append((member, number, line))
                    plan.hooks.append(Hook(kind="pth", member=member, line=number, text=line[:400]))
        elif name in STARTERS and (depth == 0 or (source and depth == 1) or ".data/" in member):
            plan.files[member] = Trigger.STARTUP
            plan.hooks.append(Hook(kind="customize", member=member, line=1))


# Node.


def _node_plan(package: Package) -> Plan:
    plan = Plan()
    said = package.metadata
    text = says.text_of(package.members.get("package.json"))
    for name in _LIFE:
        command = said.scripts.get(name, "")
        if command:
            line = text.count("\n", 0, max(text.find(f'"{name}"'), 0)) + 1
            plan.hooks.append(
                Hook(kind="script", member="package.json", line=line, text=f"{name}: {command}"[:400])
            )
            _follow(package, plan, command, line, 4)
    if "binding.gyp" in package.members:
        gyp = says.text_of(package.members["binding.gyp"])
        for found in re.finditer(r"<!@?\(([^)]{1,2000})\)", gyp):
            line = gyp.count("\n", 0, found.start()) + 1
            plan.hooks.append(Hook(kind="gyp", member="binding.gyp", line=line, text=found[1][:400]))
            _follow(package, plan, found[1], line, 2, "binding.gyp")
    for main in said.entry_points.get("main", ()):
        if (member := located(package, main, "")) and member not in plan.files:
            plan.files[member] = Trigger.IMPORT
    for member in sorted(package.members, key=lambda one: (one.count("/"), one)):
        if (
            member.endswith((".js", ".cjs", ".mjs"))
            and member not in plan.files
            and "node_modules/" not in member
        ):
            plan.files[member] = Trigger.CALLED
    return plan


def _follow(
    package: Package, plan: Plan, command: str, line: int, depth: int, member: str = "package.json"
) -> None:
    plan.commands.append((member, line, command))
    for found in re.finditer(
        r"(?:npm|yarn|pnpm|bun)\s+(?:run(?:-script)?\s+)?(?:-s\s+|--silent\s+)?([\w:.-]+)", command
    ):
        other = package.metadata.scripts.get(found[1], "")
        if other and depth and other != command:
            _follow(package, plan, other, line, depth - 1)
    for word in re.findall(
        r"(?:\b(?:node|bun|deno|tsx|ts-node|sh|bash|python3?)\s+(?:(?:run|-r|--\S+)\s+)*|^\s*|[;&|]\s*)[\"']?(\.{0,2}[\w@./\\-]+)",
        command,
    ):
        target = located(package, word, "")
        if not target:
            continue
        if target.endswith((".sh", ".bash")):
            plan.commands.append((target, 1, says.text_of(package.members[target], 20_000)))
        elif not target.endswith((".py", ".json")):
            plan.files[target] = Trigger.INSTALL


def located(package: Package, name: str, start: str) -> str:
    """The member that ``require(name)`` finds from a member's folder; empty: none."""
    base = PurePosixPath(start).parent if start else PurePosixPath()
    parts: list[str] = []
    for part in (base / name.replace("\\", "/")).parts:
        if part == "..":
            if parts:
                parts.pop()
        elif part not in {".", "/"}:
            parts.append(part)
    stem = "/".join(parts)
    for candidate in (
        *(f"{stem}{ending}" for ending in ("", *_SOURCES[:-1])),
        *(f"{stem}/index{ending}".lstrip("/") for ending in _SOURCES[:3]),
    ):
        if candidate in package.members:
            return candidate
    return ""
