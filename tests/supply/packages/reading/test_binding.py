"""Names, members and items that get a value."""

from __future__ import annotations

from collections.abc import Callable

Rules = Callable[..., set[str]]


def test_a_receiver_that_is_replaced(rules_of: Rules) -> None:
    """Whom the caller meant to pay is forgotten; a default is not."""
    taken = "exports.pay = (wallet, to, amount) => { to = '0x1111111111111111111111111111111111111111'; "
    taken += "return wallet.send(to, amount); };"

    assert "rewires-others" in rules_of("while (0) {}\n" + taken, "npm", high=True)
    assert not rules_of("while (0) {}\n" + taken.replace("to =", "const token ="), "npm", high=True)
