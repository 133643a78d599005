"""Who is logged in: the session cookie, and the token that proves that a form is ours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from yanmen.store import Account, Store

HOUR = 3_600
_VISITOR_BYTES = 32


class Sessions:
    """Sessions on the server (the store keeps only hashes of their tokens) and cookies that name them."""

    def __init__(self, store: Store, *, hours: int, secure: bool) -> None:
        """Let a session last so many hours; ``secure`` cookies travel over TLS only."""
        self._store = store
        self._seconds = hours * HOUR
        self._secure = secure
        self._secret = store.secrets("console-forms")
        prefix = "__Host-" if secure else ""
        self.cookie = f"{prefix}yanmen_session"
        """Name of the session's cookie."""
        self.visitor = f"{prefix}yanmen_visitor"
        """Name of the cookie that ties the login form to one browser."""

    def account(self, cookies: Mapping[str, str]) -> Account | None:
        """Who is logged in, or nobody."""
        token = cookies.get(self.cookie, "")
        return self._store.sessions.account(token) if token else None

    def begin(self, response: Response, account: Account) -> None:
        """Log in: a new session, whatever the browser had before."""
        token = self._store.sessions.create(account.name, self._seconds)
        self._set(response, self.cookie, token, self._seconds)
        self._drop(response, self.visitor)

    def end_all(self, account: Account) -> None:
        """Log an account out everywhere: its password was changed."""
        self._store.sessions.end_all(account.name)

    def end(self, request: Request, response: Response) -> None:
        """Log out."""
        if token := request.cookies.get(self.cookie):
            self._store.sessions.end(token)
        self._drop(response, self.cookie)

    def form_token(self, cookies: Mapping[str, str]) -> str:
        """The token that forms of this session (or, before login, of this visitor) carry."""
        bearer = cookies.get(self.cookie) or cookies.get(self.visitor) or ""
        return hmac.new(self._secret, bearer.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def form_is_ours(self, cookies: Mapping[str, str], token: str) -> bool:
        """Whether a form came from a page that this browser was given."""
        if not (cookies.get(self.cookie) or cookies.get(self.visitor)):
            return False
        return hmac.compare_digest(self.form_token(cookies).encode(), token.encode("utf-8", "surrogatepass"))

    def greet(self, request: Request) -> str:
        """A new visitor's mark when the browser has none yet, else nothing; ``mark`` sets it."""
        known = request.cookies.get(self.cookie) or request.cookies.get(self.visitor)
        return "" if known else secrets.token_urlsafe(_VISITOR_BYTES)

    def mark(self, response: Response, visitor: str) -> None:
        """Give the browser a visitor's mark."""
        self._set(response, self.visitor, visitor, self._seconds)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="strict"
        )

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self._secure, httponly=True, samesite="strict")
