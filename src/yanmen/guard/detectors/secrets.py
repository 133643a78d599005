"""Credentials on their way out, in prompts or in answers: keys of providers and of Yanmen, private keys, tokens, passwords."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from yanmen.core import keys
from yanmen.core.nouns import Phrase, Ref, Rule, Severity
from yanmen.core.redaction import mask, visible
from yanmen.guard.checksums import crc62, decoded, entropy, is_placeholder, jwt_header, looks_random, macaroon
from yanmen.guard.detector import SpanDetector
from yanmen.guard.providers import PROVIDERS, Provider
from yanmen.guard.spans import Check, Claim, Pattern, digest, masked

_FIX = Phrase(
    en="Revoke it where it was issued and issue another; take it out of the text, and find out who has seen it.",
    zh="请立即在签发方吊销并换发，将其从文本中移除，并查清有谁看到过它。",
)
_TAGS = ("owasp-llm:LLM02", "atlas:AML.T0057", "cwe:200", "cwe:798")
_WEAK = frozenset(
    "password passwd pass pwd secret changeme change_me postgres root admin user username mypassword yourpassword"
    " your_password guest test"
    " token key pw p pass123 default none null secretpassword".split()
)
"""Passwords that examples use."""
_VARIED = 3.2
"""Bits of entropy in each character of what is named as a key."""
_LOCAL = re.compile(
    r"@(?:localhost|127\.|0\.0\.0\.0|\[::1\]|[\w.-]*example|(?:db|database|host|hostname|server)(?::\d+)?$)",
    re.IGNORECASE,
)


def _rule(slug: str, en: str, zh: str, severity: Severity = Severity.HIGH) -> Rule:
    title = Phrase(en=f"{en} in a text", zh=f"文本中含有{zh}")
    return Rule(id=f"secret.{slug}", title=title, severity=severity, fix=_FIX, tags=_TAGS)


LEAKED = Rule(
    id="key.leaked",
    title=Phrase(en="One of Yanmen's own API keys in a text", zh="文本中含有雁门自己签发的 API 密钥"),
    severity=Severity.CRITICAL,
    fix=Phrase(
        en="Ban and rotate the key (the playbook does both), and find the place it leaked from.",
        zh="封禁并轮换该密钥（剧本会自动完成），并查清泄露源头。",
    ),
    tags=(*_TAGS, "cwe:522"),
)
HELD = Rule(
    id="secret.upstream-credential",
    title=Phrase(en="The gateway's own upstream credential in a text", zh="文本中含有网关自己的上游凭据"),
    severity=Severity.CRITICAL,
    fix=_FIX,
    tags=(*_TAGS, "cwe:522"),
)
LEAST_HELD = 12
"""Characters of a held credential below which it could be an ordinary word (``ollama``, ``EMPTY``)."""
PRIVATE_KEY = _rule("private-key", "A private key", "私钥", Severity.CRITICAL)
JWT = _rule("jwt", "A JSON Web Token", "JWT 令牌", Severity.MEDIUM)
CONNECTION = _rule("connection-string", "A connection string with its password", "带密码的连接串")
AUTHORIZATION = _rule("authorization", "Credentials of an Authorization header", "Authorization 头中的凭据")
GENERIC = _rule("generic", "What is named as a key or token", "标明为密钥或令牌的字符串", Severity.MEDIUM)
PASSWORD = _rule("password", "What is named as a password", "标明为密码的字符串", Severity.LOW)


def held_credential(text: str) -> Pattern:
    """What finds one credential, letter by letter."""
    return Pattern(HELD, "".join(f"\\x{{{ord(letter):x}}}" for letter in text), confidence=1.0, check=masked)


def own_key(matched: str) -> Claim | None:
    """One of Yanmen's keys, by its checksum; the finding is about the key's hash."""
    if not keys.is_key(matched):
        return None
    return Claim(mask(matched), Ref(kind="key-hash", id=keys.key_hash(matched)), 1.0)


def _checked(check: Callable[[str], bool]) -> Check:
    return lambda matched: masked(matched) if check(matched) and not is_placeholder(matched) else None


_CHECKS: dict[str, Check] = {
    "crc62": _checked(crc62),
    "macaroon": _checked(macaroon),
    "random": _checked(looks_random),
}


def private_key(matched: str) -> Claim | None:
    """The header of a private key and the beginning of its body."""
    header, _, rest = matched.partition("-----")[2].partition("-----")
    body = rest[-24:]
    return (
        None
        if is_placeholder(body)
        else Claim(visible(f"-----{header}-----…"), Ref(kind="secret", id=digest(matched)))
    )


def jwt(matched: str) -> Claim | None:
    """The beginning of a token whose header names an algorithm; the specimen of the specification's site is none."""
    if ".eyJzdWIiOiIxMjM0NTY3ODkwIi" in matched or not jwt_header(matched):
        return None
    return Claim(mask(matched), Ref(kind="secret", id=digest(matched)))


def connection(matched: str) -> Claim | None:
    """A URL with user and password; a specimen's password is none, and a local one is less sure."""
    scheme, _, rest = matched.partition("://")
    user, _, tail = rest.partition(":")
    password, _, host = tail.rpartition("@")
    if (
        password.lower() in _WEAK
        or password == user
        or is_placeholder(password)
        or password[:1] in {"$", "{", "%", "["}
    ):
        return None
    evidence = visible(f"{scheme}://{user}:{mask(password)}@{host}")
    return Claim(
        evidence,
        Ref(kind="secret", id=visible(f"{scheme}://{user}@{host}")),
        0.6 if _LOCAL.search(matched) else None,
    )


def named_password(matched: str) -> Claim | None:
    """``password=…`` in a connection string of another form."""
    name, _, password = matched.rpartition("=")
    if (
        password.lower().strip("'\"") in _WEAK
        or is_placeholder(password)
        or password[:1] in {"$", "{", "%", "[", "?"}
    ):
        return None
    return Claim(visible(f"{name[:60]}={mask(password)}"), Ref(kind="secret", id=visible(name[:80])))


def authorization(matched: str) -> Claim | None:
    """What follows Basic (user and password in base64) or Bearer."""
    scheme, _, value = matched.rpartition(" ")
    if scheme[-5:].lower() == "basic":
        user, colon, password = decoded(value).partition(b":")
        if not colon or not password.isascii() or password.decode().lower() in _WEAK:
            return None
        return Claim(
            f"Authorization: Basic {mask(value)}",
            Ref(kind="secret", id=visible(user.decode("utf-8", "replace"))),
            skip=len(matched) - len(value),
        )
    return (
        Claim(
            f"Authorization: {scheme[-6:]} {mask(value)}",
            Ref(kind="secret", id=digest(value)),
            skip=len(matched) - len(value),
        )
        if looks_random(value)
        else None
    )


def generic(matched: str) -> Claim | None:
    """``api_key: "…"``: only what looks like chance."""
    value = re.split(r"[\"'\s:=：]{1,6}", matched.rstrip("\"'"))[-1]
    varied = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    if not varied or not looks_random(value) or entropy(value) < _VARIED:
        return None
    skip = matched.rfind(value)
    return Claim(visible(matched[:skip]) + mask(value), Ref(kind="secret", id=digest(value)), skip=skip)


def password(matched: str) -> Claim | None:
    """``password = "…"``: too often an example to be sure of."""
    value = re.split(r"[\"'\s:=：是为]{1,6}", matched.rstrip("\"'"))[-1]
    if value.lower() in _WEAK or is_placeholder(value) or not any(c.isdigit() for c in value):
        return None
    return Claim(mask(value), Ref(kind="secret", id="password"), skip=matched.rfind(value))


def _any_case(word: str) -> str:
    """A pattern of the word in any mixture of cases; the view is raw, where case counts."""
    return "".join(f"[{letter.upper()}{letter}]" if letter.isalpha() else letter for letter in word)


def _names(*words: str) -> str:
    return "(?:" + "|".join(_any_case(word) for word in words) + ")"


_SCHEMES = (
    "postgres(?:ql)?(?:\\+[a-z0-9]{1,16})?|mysql(?:\\+[a-z0-9]{1,16})?|mariadb|mongodb(?:\\+srv)?|rediss?|amqps?|mssql"
    "|sqlserver|oracle|clickhouse"
    "|ldaps?|ftps?|sftp|ssh|smtps?|imaps?|kafka|nats|neo4j|bolt|elasticsearch|https?|socks5h?|mqtts?|rtsp"
)
_ASSIGN = r"[\"']?\s{0,3}[:=：]{1,2}\s{0,3}"


def _patterns_of(provider: Provider) -> tuple[Pattern, ...]:
    rule = _rule(provider.slug, provider.en, provider.zh)
    check = _CHECKS[provider.check]
    return tuple(
        Pattern(rule, source, confidence=provider.confidence, check=check) for source in provider.patterns
    )


@cache
def _patterns() -> tuple[Pattern, ...]:
    return (
        Pattern(LEAKED, rf"\b{keys.PATTERN}\b", confidence=1.0, check=own_key),
        *(pattern for provider in PROVIDERS for pattern in _patterns_of(provider)),
        Pattern(
            PRIVATE_KEY,
            r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\[nrt]|[^A-Za-z0-9+/]){1,16}"
            r"(?:(?:Proc-Type|DEK-Info|Version|Comment|MessageID|Hash|Charset): ?[\x{0}-\x{10ffff}]{1,200}?)?[A-Za-z0-9+/]{24}",
            confidence=1.0,
            check=private_key,
            until=r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
        ),
        Pattern(
            PRIVATE_KEY,
            r"PuTTY-User-Key-File-[23]: [\x{0}-\x{10ffff}]{1,200}?[A-Za-z0-9+/]{24}",
            confidence=1.0,
            check=private_key,
            until=r"Private-MAC: [0-9a-f]{40,64}",
        ),
        Pattern(
            JWT,
            r"\beyJ[A-Za-z0-9_-]{10,300}\.[A-Za-z0-9_-]{10,80}",
            check=jwt,
            until=r"[^A-Za-z0-9_.=-]",
            until_before=True,
        ),
        Pattern(
            CONNECTION,
            rf"\b(?:{_SCHEMES})://[^\s:@/\"'<>`]{{0,64}}:[^\s@/\"'<>`]{{1,100}}@[A-Za-z0-9\[_][A-Za-z0-9.:\[\]_-]{{1,100}}",
            check=connection,
        ),
        Pattern(
            CONNECTION,
            r"\bjdbc:[a-z0-9:]{2,20}://[^\s\"']{1,160}[?&;][Pp]assword=[^\s&;\"']{1,80}",
            check=named_password,
        ),
        Pattern(
            CONNECTION,
            r"\b(?:[Ss]erver|[Dd]ata [Ss]ource|[Hh]ost)=[^;\n\"']{1,80};[^\n\"']{0,160}?(?:[Pp]assword|[Pp]wd)=[^;\s\"']{1,80}",
            check=named_password,
        ),
        Pattern(
            AUTHORIZATION,
            rf"{_any_case('authorization')}{_ASSIGN}[\"']?{_names('bearer', 'basic', 'token')} [A-Za-z0-9._~+/=-]{{16,360}}",
            check=authorization,
        ),
        Pattern(
            GENERIC,
            rf"{_names('api[_-]?key', 'secret[_-]?key', 'client[_-]?secret', 'app[_-]?secret', '(?:access|auth)[_-]?token')}"
            rf"{_ASSIGN}[\"']?[A-Za-z0-9_./+=-]{{20,120}}",
            confidence=0.7,
            check=generic,
        ),
        Pattern(
            PASSWORD,
            rf"(?:{_names('password', 'passwd')}{_ASSIGN}|(?:密码|口令)(?:是|为)?\s?[:：=]?\s?)[\"']?[A-Za-z0-9!@#$%^&*_.+-]{{8,64}}",
            confidence=0.4,
            check=password,
        ),
    )


class Secrets(SpanDetector):
    """Finds credentials. Placeholders and strings without chance in them are none."""

    rules = (*dict.fromkeys(pattern.rule for pattern in _patterns()), HELD)

    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns of every kind of credential."""
        return _patterns()
