"""Sessions and the tokens of forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from yanmen.console.sessions import Sessions

if TYPE_CHECKING:
    from tests.console.conftest import Scene


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(scene: Scene) -> None:
    """HttpOnly, SameSite=Strict; behind TLS also Secure and bound to the host."""
    account = scene.store.accounts.get("admin")
    assert account is not None
    for secure in (False, True):
        sessions = Sessions(scene.store, hours=1, secure=secure)
        response = Response()
        sessions.begin(response, account)
        cookie = response.headers.getlist("set-cookie")[0]

        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert ("Secure" in cookie) == secure
        assert cookie.startswith("__Host-yanmen_session=" if secure else "yanmen_session=")


def test_a_token_is_good_for_its_own_session_only(scene: Scene) -> None:
    """And for no session at all it is never good."""
    sessions = Sessions(scene.store, hours=1, secure=False)
    mine, other = {sessions.cookie: "a"}, {sessions.cookie: "b"}

    assert sessions.form_is_ours(mine, sessions.form_token(mine))
    assert not sessions.form_is_ours(other, sessions.form_token(mine))
    assert not sessions.form_is_ours({}, sessions.form_token({}))
    assert not sessions.form_is_ours(mine, "")
    assert not sessions.form_is_ours(mine, "\ud800é")


def test_what_names_no_session_is_nobody(scene: Scene) -> None:
    """No cookie, an empty one, an invented one."""
    sessions = Sessions(scene.store, hours=1, secure=False)

    assert sessions.account({}) is None
    assert sessions.account({sessions.cookie: ""}) is None
    assert sessions.account({sessions.cookie: "invented"}) is None


def test_the_store_never_holds_a_session_token(scene: Scene) -> None:
    """Whoever reads the database cannot take a session over."""
    account = scene.store.accounts.get("admin")
    assert account is not None
    response = Response()
    sessions = Sessions(scene.store, hours=1, secure=False)
    sessions.begin(response, account)
    token = response.headers["set-cookie"].partition("=")[2].partition(";")[0]
    scene.put("test.flush", {})

    assert sessions.account({sessions.cookie: token}) == account
    assert token.encode() not in b"".join(path.read_bytes() for path in scene.store.folder.glob("*.db*"))
