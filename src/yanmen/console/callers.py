"""Who asks: a program with a key of ours, or a person with a session. Whoever is banned is refused here as at every door."""

from __future__ import annotations

from starlette.requests import Request

from yanmen.console.accounts import ADMIN, Accounts
from yanmen.console.desk.house import Caller, House
from yanmen.console.sessions import Sessions
from yanmen.core.errors import YanmenError
from yanmen.core.keys import is_key, key_hash
from yanmen.core.nouns import Phrase, Ref
from yanmen.store import Account

TOKEN_HEADER = "x-csrf-token"  # noqa: S105  # the header's name
_BEARER = "bearer "


class RefusedError(YanmenError):
    """A request that is not let in: HTTP status, stable word, sentence and advice."""

    def __init__(self, status: int, code: str, message: Phrase, hint: Phrase) -> None:
        """Say all four."""
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code


def address_of(request: Request) -> str:
    """The client's address, or nothing."""
    return request.client.host if request.client else ""


def person(account: Account, request: Request) -> Caller:
    """The caller who is logged in. Only the role ``admin`` may do more than look."""
    scopes = frozenset({"admin"} if account.role == ADMIN else {"look"})
    return Caller(ref=Ref(kind="account", id=account.name), scopes=scopes, address=address_of(request))


class Gate:
    """Lets callers of the API in."""

    def __init__(self, house: House, sessions: Sessions, accounts: Accounts) -> None:
        """Know keys, sessions and bans."""
        self._house = house
        self._sessions = sessions
        self._accounts = accounts

    def caller(self, request: Request, scope: str, *, writes: bool) -> Caller:
        """Who asks, if they may; RefusedError otherwise."""
        header = request.headers.get("authorization", "")
        caller = self._program(request, header) if header else self._person(request, writes=writes)
        if caller.may(scope) or ("look" in caller.scopes and scope == "admin" and not writes):
            return caller
        raise RefusedError(
            403,
            "wrong-scope",
            Phrase(en=f"this needs the scope {scope}", zh=f"此操作需要 {scope} 权限"),
            Phrase(en="Use a key that has it.", zh="请换用具有该权限的密钥。"),
        )

    def _program(self, request: Request, header: str) -> Caller:
        text = header[len(_BEARER) :].strip()
        known = header[: len(_BEARER)].lower() == _BEARER and is_key(text)
        key = self._house.store.keys.by_hash(key_hash(text)) if known else None
        at = self._house.clock()
        if key is None or not key.usable(at):
            raise RefusedError(
                401,
                "unknown-key",
                Phrase(en="the key is unknown, expired or revoked", zh="密钥未知、已过期或已吊销"),
                Phrase(en="Send a usable key.", zh="请使用有效的密钥。"),
            )
        address = address_of(request)
        subjects = [Ref(kind="key", id=key.id), Ref(kind="tenant", id=key.tenant)]
        if address:
            subjects.append(Ref(kind="ip", id=address))
        ban = self._house.standing().refusal(subjects, at)
        if ban is not None:
            raise RefusedError(
                403,
                "banned",
                Phrase(en=f"refused by decision {ban.id}", zh=f"已按决策 {ban.id} 拒绝"),
                Phrase(en="Ask who operates this system.", zh="请联系本系统的管理员。"),
            )
        return Caller(ref=subjects[0], scopes=frozenset(key.scopes), tenant=key.tenant, address=address)

    def _person(self, request: Request, *, writes: bool) -> Caller:
        account = self._sessions.account(request.cookies)
        if account is None:
            raise RefusedError(
                401,
                "not-authenticated",
                Phrase(en="no key and no session", zh="没有密钥，也未登录"),
                Phrase(
                    en="Send Authorization: Bearer ym_…, or log in.",
                    zh="请发送 Authorization: Bearer ym_…，或先登录。",
                ),
            )
        if self._accounts.must_change(account.name):
            raise RefusedError(
                403,
                "password-change",
                Phrase(en="the one-time password must be changed first", zh="须先更换一次性口令"),
                Phrase(en="Log in once.", zh="请先登录控制台并更换口令。"),
            )
        token = request.headers.get(TOKEN_HEADER, "")
        if writes and not self._sessions.form_is_ours(request.cookies, token):
            raise RefusedError(
                403,
                "no-token",
                Phrase(
                    en=f"the header {TOKEN_HEADER} is missing or wrong",
                    zh=f"请求头 {TOKEN_HEADER} 缺失或有误",
                ),
                Phrase(en="See GET /api/session.", zh="其值见 GET /api/session。"),
            )
        return person(account, request)
