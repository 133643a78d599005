"""Storages that a torch pickle refers to: which ones, of what type, how long, and where they lie in the file."""

from __future__ import annotations

from dataclasses import dataclass, field

from yanmen.supply.pickles.values import Global, Made, Value

ITEM_SIZES = {
    "Float": 4, "Double": 8, "Half": 2, "BFloat16": 2, "Byte": 1, "Char": 1, "Short": 2, "Int": 4, "Long": 8, "Bool": 1,
    "ComplexFloat": 8, "ComplexDouble": 16, "QInt8": 1, "QUInt8": 1, "QInt32": 4, "Untyped": 1,
}  # fmt: skip
"""Bytes of an element by the name of the storage's class, without ``Storage``."""


@dataclass
class Storage:
    """One storage."""

    key: str
    dtype: str
    """Name of its class, without ``Storage``."""
    count: int
    """Elements; bytes where it is untyped."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.count * ITEM_SIZES.get(self.dtype, 1)


@dataclass
class Storages:
    """A loader of persistent identifiers, as torch's is."""

    found: dict[str, Storage] = field(default_factory=dict)

    def load(self, pid: Value) -> Value | None:
        """What torch gives for an identifier of its own; None for any other."""
        if not isinstance(pid, tuple) or not pid:
            return None
        if pid[0] == "module" and len(pid) == 4:  # noqa: PLR2004  # a class, with its source text, which is compared and not run
            return pid[1] if isinstance(pid[1], Global) else None
        if pid[0] != "storage" or len(pid) not in {5, 6}:
            return None
        _, cls, key, location, count, *view = pid
        named = isinstance(cls, Global) and cls.entry is not None and cls.entry.gives == "storage"
        if not (named and type(key) is str and type(location) is str and type(count) is int and count >= 0):
            return None
        dtype = cls.name.removesuffix("Storage")
        known = self.found.setdefault(key, Storage(key, dtype, count))
        known.count = max(known.count, count)
        if view and isinstance(view[0], tuple) and len(view[0]) == 3:  # noqa: PLR2004  # key, offset, size of a view
            return Made(kind="storage", by=cls, args=(key, dtype, view[0][1]))
        return Made(kind="storage", by=cls, args=(key, dtype, 0))
