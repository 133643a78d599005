"""Accounts whose key stands in the code: of mail, of chats, of databases."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yanmen.supply.packages.reading.members import Members
from yanmen.supply.packages.reading.values import HOLE, NOTHING, Value

_ACCOUNTS: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("smtplib.SMTP().login", "smtplib.SMTP_SSL().login", "ftplib.FTP().login", "ftplib.FTP_TLS().login"),
        (1, "password")),
    **dict.fromkeys(("telebot.TeleBot", "telegram.Bot", "aiogram.Bot", "node-telegram-bot-api", "telegraf.Telegraf",
        "grammy.Bot", "discord.js.Client().login", "discord.Client().run", "discord.ext.commands.Bot().run"), (0, "token")),
    "ftplib.FTP": (2, "passwd"),
}  # fmt: skip
"""Calls that sign in to a service: where the key stands among the arguments, and its keyword."""
_ADDRESSED = re.compile(
    r"^(?:mongodb(?:\+srv)?|postgres(?:ql)?|mysql|rediss?|amqps?|ftp)://[^:/@\s\x00]+:[^@/\s\x00]+@[\w.-]+"
)


def sign_in(machine: Members, path: str, args: list[Value], words: Mapping[str, Value], line: int) -> None:
    """Note a sign-in to somebody's account with a key that stands in the code."""
    place, word = _ACCOUNTS.get(path, (-1, ""))
    found = words.get(word, args[place] if 0 <= place < len(args) else NOTHING)
    if path == "nodemailer.createTransport" and args and args[0].fields:
        found = ((args[0].fields.get("auth") or NOTHING).fields or {}).get("pass", NOTHING)
    known = isinstance(found.const, str) and len(found.const) > 2 and HOLE not in found.const  # noqa: PLR2004
    if known or any(_ADDRESSED.match(arg.text) for arg in args[:1]):
        machine.emit("sends", path, line, "", frozenset({"key in code"}))
