"""``yanmen edge run``: one keeper of the wall for each data folder, until it is told to stop."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag

from yanmen.core.config import Config
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase
from yanmen.edge.keeper import Keeper, Say, refused
from yanmen.edge.netlink import Netlink
from yanmen.edge.site import site_of
from yanmen.edge.wall import Wall
from yanmen.store import Store, StoreError
from yanmen.store.secret_files import private_folder

LOCK = "edge.lock"
"""File in the data folder, held by whoever keeps the wall; its process id stands in it."""
_TRIES = 5


def run(config: Config, say: Say, stop: Flag) -> None:
    """Keep the wall equal to the store until told to stop; the wall stands on. YanmenError for what the user can mend."""
    site = site_of(config)
    folder = Path(config.data)
    refuse_absent(config)

    def reopen() -> Store | None:
        return Store.open(folder, config.store) if there(config) else None

    with keeping(folder), opened() as acting, opened() as counting:
        keeper = Keeper(reopen, (Wall(acting, site), Wall(counting, site)), site, say)
        try:
            try:
                keeper.start()
            except StoreError:
                raise
            except OSError as error:
                raise refused(error) from error
            keeper.run(stop)
        finally:
            keeper.close()


@contextmanager
def opened() -> Iterator[Netlink]:
    """A netlink socket; YanmenError where the kernel has no netfilter."""
    try:
        netlink = Netlink()
    except OSError as error:
        raise refused(error) from error
    with netlink:
        yield netlink


def there(config: Config) -> bool:
    """Whether the configuration, or its data folder, leads to a store."""
    return bool(config.store.url) or Store.exists(Path(config.data))


def refuse_absent(config: Config) -> None:
    """YanmenError where there is no store: a slip of the pen must not make a new one without a ban."""
    if not there(config):
        raise YanmenError(
            Phrase(en=f"there is no store in {config.data}", zh=f"{config.data} 中没有数据库"),
            hint=Phrase(en="Name its folder with --data.", zh="请用 --data 指定数据目录。"),
        )


def keeper_of(folder: Path) -> int:
    """The id of the process that keeps the wall of a folder; 0 for none."""
    try:
        with (folder / LOCK).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = (folder / LOCK).read_text("ascii").strip()
        return int(text) if text.isdigit() else -1
    except OSError:
        pass
    return 0


@contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Be the one that keeps the wall of a folder; YanmenError where another does. A process that dies lets go."""
    private_folder(folder)
    with os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+") as file:
        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:  # held by a keeper, or for a moment by who asks for one
                if not left:
                    raise kept(keeper_of(folder)) from error
                time.sleep(0.1)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        file.truncate(0)


def kept(process: int) -> YanmenError:
    """Another process keeps the wall."""
    return YanmenError(
        Phrase(en=f"process {process} keeps the wall", zh=f"进程 {process} 正在维护防护墙"),
        hint=Phrase(
            en="Stop it first, e.g. with `systemctl stop yanmen-edge`.",
            zh="请先停止该进程，例如 `systemctl stop yanmen-edge`。",
        ),
    )
