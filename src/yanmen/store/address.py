"""Where a data folder's record is: in the folder itself, or on the PostgreSQL that a note in it names.

The note lets every command find the shared store by ``--data`` alone. It may hold a password, so only its owner may read it.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.store.database import FILE
from yanmen.store.secret_files import private_folder, sync_folder

NOTE = "store"
"""Name of the file in the data folder."""
SCHEMES = ("postgresql", "postgres")


def address_of(folder: Path, url: str = "") -> str:
    """The address of a folder's shared store, empty for an embedded one; ``url`` is what the configuration says.

    YanmenError where both are there, or where the address is none.
    """
    noted = _noted(folder)
    if not url:
        return noted
    checked(url)
    if not noted and (folder / FILE).exists():
        raise YanmenError(
            Phrase(
                en=f"{folder} holds a store of its own, and the configuration names another",
                zh=f"{folder} 中已有本地数据库，而配置指定了另一个数据库",
            ),
            hint=Phrase(
                en="Move it: `yanmen store move --to ADDRESS`; or choose another --data.",
                zh="请用 `yanmen store move --to 地址` 迁移，或用 --data 另选目录。",
            ),
        )
    return url


def known(folder: Path) -> bool:
    """Whether there is a store: one of the folder's own, or one that its note names."""
    return (folder / FILE).is_file() or (folder / NOTE).is_file()


def note(folder: Path, url: str) -> None:
    """Remember the address, durably."""
    if _noted(folder) == url:
        return
    private_folder(folder)
    path = folder / NOTE
    draft = path.with_name(f".{NOTE}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, f"{url}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.replace(path)
    sync_folder(folder)


def checked(url: str) -> str:
    """The address; YanmenError for what is no address of a PostgreSQL."""
    if urlsplit(url).scheme not in SCHEMES:
        raise YanmenError(
            Phrase(en="a store's address begins with postgresql://", zh="数据库地址应以 postgresql:// 开头"),
            hint=Phrase(
                en="For example postgresql://yanmen@db.internal/yanmen",
                zh="例如 postgresql://yanmen@db.internal/yanmen",
            ),
        )
    return url


def shown(url: str) -> str:
    """An address without its password."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query=""))


def _noted(folder: Path) -> str:
    try:
        return (folder / NOTE).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
