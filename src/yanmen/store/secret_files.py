"""Secrets of an installation: 32 random bytes in a file each, made once, readable by the owner only."""

from __future__ import annotations

import os
import re
from pathlib import Path

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

LENGTH = 32
SIGNING_KEY = "log"
"""Name of the secret that signs the log."""
VAULT_KEY = "vault"
"""Name of the secret that wraps the tenants' keys."""
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter; YanmenError where that cannot be."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = foreign.system(error)
        raise YanmenError(
            Phrase(en=f"cannot make the folder {path}: {why.en}", zh=f"无法创建目录 {path}：{why.zh}"),
            hint=Phrase(en="Choose another --data.", zh="请用 --data 另选目录。"),
        ) from error
    return path


def secret(folder: Path, name: str) -> bytes:
    """The secret of this name, made at the first call; two processes that make it at once get the same."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a secret")
    path = folder / name
    try:
        if not path.exists():
            _make(private_folder(folder), path)
        found = path.read_bytes()
    except OSError as error:
        why = foreign.system(error)
        raise YanmenError(
            Phrase(en=f"cannot read the secret {path}: {why.en}", zh=f"无法读取密钥文件 {path}：{why.zh}"),
            hint=Phrase(en="Give its owner back.", zh="请恢复该文件原来的属主。"),
        ) from error
    if len(found) != LENGTH:
        raise YanmenError(
            Phrase(
                en=f"{path} is damaged: {len(found)} bytes, not {LENGTH}",
                zh=f"{path} 已损坏：应为 {LENGTH} 字节，实为 {len(found)} 字节",
            ),
            hint=Phrase(en="Restore it from a backup.", zh="请从备份恢复。"),
        )
    return found


def _make(folder: Path, path: Path) -> None:
    draft = folder / f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, os.urandom(LENGTH))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
