"""Finds plug-ins: a sorted walk over the rooms' folders, and entry points for third parties. There is no list to keep."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, get_args, get_origin

import yanmen
from yanmen.core import declarations
from yanmen.core.nouns import Rule
from yanmen.core.plugins import DETECTOR_FAILED, Act, Attack, Detector, Source

FOLDERS = {"detectors", "sources", "attacks", "actions"}
"""Folder names that hold plug-ins, in any room."""
ENTRY_POINTS = "yanmen.plugins"
"""Entry-point group for third parties: each names a module that holds plug-in classes."""

_FOLDER_OF: dict[type, str] = {Detector: "detectors", Source: "sources", Attack: "attacks", Act: "actions"}
_DETECTOR: type[Detector[Any]] = Detector  # type: ignore[type-abstract]  # asked for as a kind, never built
Plugin = TypeVar("Plugin", Source, Detector, Attack, Act)  # type: ignore[type-arg]  # the kinds, whatever they look at


@cache
def modules(folder: str = "", target: str = "") -> tuple[ModuleType, ...]:
    """Every module that may hold a plug-in, in sorted order of name; third parties' after our own.

    With a folder's name only that kind's are loaded: whoever acts need not compile what detectors look for. With a target's too,
    only those that declare a plug-in for one of that name: whoever reads texts need not load what reads packages.
    """
    folders = {folder} if folder else FOLDERS
    (root,) = map(Path, yanmen.__path__)
    names = [
        name
        for name in declarations.modules(root, yanmen.__name__)
        if folders & set(name.split(".")[:-1]) and (not target or target in declarations.targets(name, root))
    ]
    own = [importlib.import_module(name) for name in names]
    others = sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda entry: entry.value)
    return (*own, *(entry.load() for entry in others))


def plugins(kind: type[Plugin], target: str = "") -> tuple[type[Plugin], ...]:
    """Every concrete plug-in class of a kind, in a stable order, from that kind's folders; ``target``: see ``modules``."""
    return tuple(
        value
        for module in modules(_FOLDER_OF[kind], target)
        for _, value in sorted(vars(module).items())
        if inspect.isclass(value)
        and issubclass(value, kind)
        and not inspect.isabstract(value)
        and value.__module__ == module.__name__
    )


def target_of(plugin: type) -> type | None:
    """The target type a detector or source was declared for: ``Detector[Text]`` gives Text."""
    for base in _generic_bases(plugin):
        if get_origin(base) in {Detector, Source}:
            (target,) = get_args(base)
            return target if isinstance(target, type) else None
    return None


def _generic_bases(plugin: type) -> Iterator[object]:
    for parent in plugin.__mro__:
        yield from getattr(parent, "__orig_bases__", ())


def detectors(target: type) -> tuple[type[Detector[Any]], ...]:
    """Every detector that looks at this type of target, whichever room it lives in."""
    return tuple(found for found in plugins(_DETECTOR, target.__name__) if target_of(found) is target)


@cache
def rules() -> dict[str, Rule]:
    """Every rule of every detector and of their runner, by id; two different rules with one id are a ValueError."""
    known: dict[str, Rule] = {DETECTOR_FAILED.id: DETECTOR_FAILED}
    for detector in plugins(_DETECTOR):
        for rule in detector.rules:
            if known.setdefault(rule.id, rule) != rule:
                raise ValueError(f"two rules are called {rule.id}")
    return dict(sorted(known.items()))
