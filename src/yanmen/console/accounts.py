"""People who may log in: accounts and their one-time passwords, checking a password, changing it."""

from __future__ import annotations

import re
import secrets
import threading

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from yanmen.core.clock import Clock, now
from yanmen.core.errors import YanmenError
from yanmen.core.ids import new_id
from yanmen.core.nouns import Event, Phrase, Ref
from yanmen.core.redaction import visible
from yanmen.store import Account, Store

ADMIN = "admin"
"""Name and role of the first account. A role of any other name may look and not touch."""
ROLES = (ADMIN, "viewer")
"""What an account may be made as."""
ONE_TIME = "one-time:"
"""Stands before the hash of a password that was minted here: whoever logs in with it must choose another."""
_NAME = re.compile(r"[\w.@+-]{1,64}")
SHORTEST, LONGEST = 12, 256
"""Characters of a password (NIST SP 800-63B asks for 8 at least where there is a second factor, 15 where there is none)."""
LEAST_VARIETY = 6
"""Different characters a password has at least; what is below is a pattern on the keyboard."""
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
"""Letters of a one-time password: none that looks like another."""
_GROUPS, _GROUP = 4, 5
_TOGETHER = threading.Semaphore(2)
"""Hashes computed at once: each takes 19 MiB."""
_WAITING = threading.Semaphore(8)
"""Logins that may wait for their turn: threads of the pages must not all wait for strangers."""
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""argon2id with the first parameters of the OWASP password storage cheat sheet."""

_LISTED = Phrase(en="See `yanmen accounts list`.", zh="现有账户见 `yanmen accounts list`。")


class PasswordError(YanmenError):
    """A change of password that is refused."""


class BusyError(YanmenError):
    """More people log in at once than can be served; nobody's password was looked at."""


class Accounts:
    """The accounts of a store."""

    def __init__(self, store: Store, clock: Clock = now) -> None:
        """Read and write the accounts of this store."""
        self._store = store
        self._clock = clock
        self._nobody = _hashed(secrets.token_urlsafe())

    def check(self, name: str, password: str) -> Account | None:
        """The account when the password is right; takes as long for a name nobody has. BusyError when too many ask."""
        if not _WAITING.acquire(blocking=False):
            raise BusyError(
                Phrase(en="too many log in at once", zh="同时登录的人过多"),
                hint=Phrase(en="Try again in a moment.", zh="请稍后再试。"),
            )
        try:
            account = self._store.accounts.get(name)
            stored = self._nobody if account is None else account.hash
            right = _matches(stored, password)
        finally:
            _WAITING.release()
        return account if right else None

    def must_change(self, name: str) -> bool:
        """Whether the password is a one-time one that was minted, or the account is gone."""
        account = self._store.accounts.get(name)
        return account is None or account.hash.startswith(ONE_TIME)

    def change(self, account: Account, old: str, new: str) -> Account:
        """Give an account a new password; durable on return. Raises PasswordError when it is too weak or the old one is wrong."""
        if not _matches(account.hash, old):
            raise PasswordError(
                Phrase(en="The present password is wrong.", zh="当前口令错误。"),
                hint=Phrase(en="Type the one you logged in with.", zh="请输入本次登录所用的口令。"),
            )
        _strong(new, account.name, old)
        fresh = msgspec.structs.replace(account, hash=_hashed(new))
        person = Ref(kind="account", id=account.name)
        self._store.append(_event("account.password", fresh, person, self._clock())).result()
        return fresh


def ensure_admin(store: Store, clock: Clock = now) -> str | None:
    """Make the first account, on the first start only: answers its one-time password, else None."""
    if store.accounts.get(ADMIN) is not None:
        return None
    return create(store, ADMIN, ADMIN, actor=Ref(kind="process", id="console"), clock=clock)


def create(store: Store, name: str, role: str, *, actor: Ref, clock: Clock = now) -> str:
    """Make an account: answers its one-time password. Durable on return; YanmenError for a name that is bad or taken."""
    if not _NAME.fullmatch(name):
        raise YanmenError(
            Phrase(en=f"{visible(name)} is no name for an account", zh=f"{visible(name)} 不能用作账户名"),
            hint=Phrase(
                en="Use 1 to 64 letters, digits, . @ + - or _.", zh="请用 1 到 64 个字母、数字或 . @ + - _。"
            ),
        )
    if any(name.casefold() == other.name.casefold() for other in store.accounts.list()):
        raise YanmenError(
            Phrase(en=f"there is an account {name} already", zh=f"账户 {name} 已存在"), hint=_LISTED
        )
    return _minted(store, "account.created", name, role, actor, clock)


def reset(store: Store, name: str, *, actor: Ref, clock: Clock = now) -> str:
    """Give an account a new one-time password and end its sessions: answers the password. Durable on return.

    Raises YanmenError where there is no such account.
    """
    account = store.accounts.get(name)
    if account is None:
        raise YanmenError(
            Phrase(en=f"there is no account {visible(name)}", zh=f"没有账户 {visible(name)}"), hint=_LISTED
        )
    password = _minted(store, "account.reset", name, account.role, actor, clock)
    store.sessions.end_all(name)
    return password


def _minted(store: Store, kind: str, name: str, role: str, actor: Ref, clock: Clock) -> str:
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    account = Account(name=name, role=role, hash=ONE_TIME + _hashed(password))
    store.append(_event(kind, account, actor, clock())).result()
    return password


def _event(kind: str, account: Account, actor: Ref, at: int) -> Event:
    person = Ref(kind="account", id=account.name)
    data = {"account": msgspec.to_builtins(account)}
    return Event(id=new_id("evt"), at=at, kind=kind, actor=actor, subject=person, data=data)


def _hashed(password: str) -> str:
    with _TOGETHER:
        return _hasher.hash(password)


def _matches(stored: str, password: str) -> bool:
    if len(password) > LONGEST:
        return False
    with _TOGETHER:
        try:
            return _hasher.verify(stored.removeprefix(ONE_TIME), password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False


def _strong(password: str, name: str, old: str) -> None:
    """Raise PasswordError when a password is one that would be guessed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(
            Phrase(
                en=f"The new password has {len(password)} characters.",
                zh=f"新口令有 {len(password)} 个字符，长度不合要求。",
            ),
            hint=Phrase(
                en=f"Use {SHORTEST} to {LONGEST} characters.", zh=f"请用 {SHORTEST} 到 {LONGEST} 个字符。"
            ),
        )
    if password == old or name.casefold() in password.casefold() or len(set(password)) < LEAST_VARIETY:
        raise PasswordError(
            Phrase(en="The new password is easy to guess.", zh="新口令容易被猜中。"),
            hint=Phrase(
                en="Use one that is not the old one, does not hold the account's name, and is no pattern.",
                zh="不要沿用旧口令，不要含账户名，也不要用简单规律。",
            ),
        )
