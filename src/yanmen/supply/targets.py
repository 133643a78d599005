"""What the detectors of this room look at: a component, a file, and what a file was found to be."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Literal

from yanmen.core.nouns import Finding, Noun, Ref, Unexamined

How = Literal["installed", "locked", "declared", "vendored", "mentioned"]
"""How a component is known: ``installed`` and ``locked`` say an exact version; ``declared`` may leave it open; ``vendored`` was
recognised by its files; ``mentioned`` is a command in a notebook, a Dockerfile or a service's definition."""
Scope = Literal["run", "develop", "optional"]
Proof = Literal["proven_safe", "unsafe", "unknown"]
"""Of a model file: every call that loading it would make is known harmless; it would make one that is not; neither is shown."""


class Component(Noun, frozen=True):
    """A package, an operating system's package, a model or a data set, as one place says it."""

    purl: str
    """Its package URL, canonical, with the version where that is known."""
    ecosystem: str
    """As OSV spells it: ``PyPI``, ``npm``, ``Go``, ``crates.io``, ``Maven``, ``Debian:12``, ``Alpine:v3.19``; empty: none."""
    name: str
    """As the ecosystem compares it (PEP 503 for PyPI)."""
    version: str = ""
    """As given; empty: not known."""
    how: How = "declared"
    where: str = ""
    """Path of the file that says so, from the target's root, with ``#L12`` where a line is known."""
    constraint: str = ""
    """What a manifest demands of the version, as given."""
    direct: bool | None = None
    """Whether the project asks for it itself; None: not known."""
    scope: Scope = "run"
    licences: tuple[str, ...] = ()
    """What it says of its licence: expressions, names or classifiers, as given."""
    hashes: Mapping[str, str] = {}
    """Algorithm (``sha256``) to hex digits."""
    needs: tuple[str, ...] = ()
    """Package URLs of what it depends on, without a version where none is known."""
    facts: Mapping[str, str] = {}
    """What else is said of it: ``homepage``, ``supplier``, ``base_model``, ``format`` …"""

    @property
    def ref(self) -> Ref:
        """The package URL as a name across rooms: its ``str`` is the package URL."""
        return Ref.parse(self.purl)


class Artifact:
    """Bytes that may be read at any place: a file, or a member of a container. It is never held whole unless it was given so."""

    def __init__(self, name: str, size: int, opener: Callable[[], BinaryIO]) -> None:
        """``name``: as shown (``models/a.pt!data.pkl``); ``opener``: gives a fresh seekable stream."""
        self.name = name
        self.size = size
        self._opener = opener

    def open(self) -> BinaryIO:
        """A stream of its own, at its beginning. OSError where it cannot be read."""
        return self._opener()

    def read(self, start: int, size: int) -> bytes:
        """Some of it; fewer bytes at its end."""
        with self.open() as stream:
            stream.seek(start)
            return stream.read(size)

    @classmethod
    def of(cls, path: Path, name: str = "") -> Artifact:
        """A file, which must be a regular one; OSError where it is none or cannot be opened. A link is not followed."""

        def opener() -> BinaryIO:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise OSError(f"{path} is not a regular file")
            return os.fdopen(handle, "rb")

        with opener() as stream:
            size = os.fstat(stream.fileno()).st_size
        return cls(name or str(path), size, opener)

    @classmethod
    def held(cls, name: str, data: bytes) -> Artifact:
        """Bytes that are in memory."""
        return cls(name, len(data), lambda: io.BytesIO(data))


class Examined(Noun, frozen=True):
    """What a model file was found to be."""

    format: str
    """What its content is: ``pickle``, ``torch-zip``, ``safetensors``, ``gguf`` …; never taken from its name alone."""
    proof: Proof
    findings: tuple[Finding, ...] = ()
    unexamined: tuple[Unexamined, ...] = ()
    steps: tuple[str, ...] = ()
    """Where it is proven safe: each call that loading makes, and why that is harmless."""
    digests: Mapping[str, str] = {}
    """``sha256`` of the file."""
    facts: Mapping[str, str] = {}
    """What it says of itself: architecture, licence, tensors …"""


class Suspect(Noun, frozen=True):
    """A row of a data set that should be looked at."""

    file: str
    line: int
    score: float
    """0 to 1: how suspicious, the most of all findings that name it."""
    rules: tuple[str, ...]
