"""What can go wrong between here and PostgreSQL, in PEP 249's words, which the rest of the store catches for both engines."""

from __future__ import annotations

import sqlite3

import asyncpg

from yanmen.core.nouns import Phrase

_GONE = Phrase(
    en="Is PostgreSQL up, and is the way to it open? Writing resumes by itself.",
    zh="请确认 PostgreSQL 在运行且网络可达；恢复后会自动继续写入。",
)
_SLOW = Phrase(
    en="PostgreSQL did not answer in time: look at its load and its disk.",
    zh="PostgreSQL 未能及时响应：请检查其负载与磁盘。",
)
_MEND = {
    "53": Phrase(
        en="PostgreSQL has no room: disk, memory or connections. Writing resumes by itself.",
        zh="PostgreSQL 资源不足（磁盘、内存或连接数）；腾出资源后会自动恢复写入。",
    ),
    "28": Phrase(
        en="Check the user and password in the store's address, and pg_hba.conf.",
        zh="请检查数据库地址中的用户名与密码，以及 pg_hba.conf。",
    ),
    "3D": Phrase(
        en="Create the database first: `createdb NAME`.", zh="请先创建数据库：`createdb 数据库名`。"
    ),
    "42": Phrase(
        en="Give this user the right to create and write tables in the database.",
        zh="请授予该用户在此数据库中建表与写入的权限。",
    ),
    "25": Phrase(
        en="This server takes no writes (a standby?): name the primary, or several hosts and"
        " target_session_attrs=read-write.",
        zh="该服务器不可写（可能是备库）：请改用主库地址，或列出多台主机并设置 target_session_attrs=read-write。",
    ),
}
"""What may be done, by the class of the SQLSTATE."""


class Unavailable(sqlite3.OperationalError):
    """PostgreSQL is gone, slow, full or refuses to be written: nothing is known to have happened."""

    sqlite_errorcode = sqlite3.SQLITE_CANTOPEN

    def __init__(self, message: str, mend: Phrase = _GONE) -> None:
        super().__init__(message)
        self.mend = mend


class Refused(sqlite3.IntegrityError):
    """One statement does not fit: a key twice, a value of the wrong kind."""


WHATEVER = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""All that the driver raises."""


def told(error: Exception) -> sqlite3.Error:
    """A driver's error in the words of the store."""
    state = getattr(error, "sqlstate", None) or ""
    if state[:2] in {"22", "23"} or state == "P0001" or isinstance(error, asyncpg.DataError | ValueError):
        return Refused(str(error))
    if isinstance(error, TimeoutError):
        return Unavailable("no answer in time", _SLOW)
    first = str(error).partition("\n")[0] or type(error).__name__
    return Unavailable(first, _MEND.get(state[:2], _GONE))
