"""What the matcher answers. Nothing here is ever a mere "clean": what no feed could judge says so, and why."""

from __future__ import annotations

from typing import Literal

from yanmen.core.nouns import Noun, Phrase, Severity

Checked = Literal["checked", "not-checked"]
Kind = Literal["advisories", "epss", "kev"]
Why = Literal[
    "",
    "no-feed",
    "only-malicious",
    "no-release",
    "no-version",
    "malformed-version",
    "malformed-range",
    "no-range",
    "git-only",
    "no-order",
    "several-versions",
]
"""Why something could not be told; a stable word. Empty: it could."""

WHY: dict[str, Phrase] = {
    "no-feed": Phrase(
        en="no feed of advisories covers this ecosystem or release", zh="没有覆盖该生态或发行版本的漏洞情报源"
    ),
    "only-malicious": Phrase(
        en="only known malicious packages were compared: no feed of vulnerabilities covers this ecosystem",
        zh="只比对了已知恶意包：没有覆盖该生态的漏洞情报源",
    ),
    "no-release": Phrase(
        en="the distribution's release is not known, and advisories differ by release",
        zh="发行版的版本号未知，而不同版本对应的公告不同",
    ),
    "no-version": Phrase(en="the version is not known", zh="版本未知"),
    "malformed-version": Phrase(en="the version is none of its ecosystem's", zh="版本号不符合所属生态的格式"),
    "malformed-range": Phrase(en="the advisory's range cannot be read", zh="公告给出的版本范围无法解析"),
    "no-range": Phrase(en="the advisory names no versions", zh="公告没有给出受影响的版本"),
    "git-only": Phrase(
        en="the advisory names commits only, which are not compared", zh="公告只给出了提交记录，未作比对"
    ),
    "no-order": Phrase(
        en="the order of this ecosystem's versions is not known", zh="尚不支持该生态的版本比较"
    ),
    "several-versions": Phrase(
        en="its files are those of several releases, of which some are affected",
        zh="其文件与多个版本吻合，其中部分版本受影响",
    ),
}
"""The words as a person reads them."""


class Rating(Noun, frozen=True):
    """How grave a vulnerability is said to be."""

    score: float | None = None
    """CVSS base score (with threat and environment where the vector names them), computed from the vector; None: no vector."""
    vector: str = ""
    severity: Severity | None = None
    """Of the score, or else the word that the database gives; None: nobody says."""

    @property
    def word(self) -> str:
        """``low`` to ``critical``, or ``unknown``."""
        return self.severity.word if self.severity is not None else "unknown"


class Epss(Noun, frozen=True):
    """How likely exploitation is within 30 days, as EPSS estimates it."""

    score: float
    percentile: float
    date: str
    """The day of the estimate; empty: the feed does not say."""


class Kev(Noun, frozen=True):
    """An entry of the catalogue of known exploited vulnerabilities."""

    added: str
    due: str = ""
    ransomware: bool = False
    """Whether its use in ransomware campaigns is known."""


class Hit(Noun, frozen=True):
    """One vulnerability (or malicious package) that a version is affected by; records of several databases in one."""

    id: str
    """The best known of its names: CVE, else GHSA, else the database's own; of a malicious package the ``MAL-`` one."""
    aliases: tuple[str, ...] = ()
    """Its other names."""
    summary: str = ""
    severity: Rating = Rating()
    epss: Epss | Literal["not-checked"] = "not-checked"
    """``not-checked`` where no feed is held, or it names no score for this one: never zero."""
    kev: Kev | Literal["no", "not-checked"] = "not-checked"
    """``not-checked`` where no catalogue is held, or the vulnerability has no CVE number to look up."""
    fixed: tuple[str, ...] = ()
    """The version that mends it in the branch that this version is of; several where databases disagree; none is known: empty."""
    published: str = ""
    modified: str = ""
    malicious: bool = False
    """The package itself is the attack."""
    because: str = ""
    """What made it match: ``>= 2.0, < 2.3.1``, ``listed version 2.2``, ``every version``."""
    feeds: tuple[str, ...] = ()
    """The feeds that say so."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All its names, the best first."""
        return (self.id, *self.aliases)


class Doubt(Noun, frozen=True):
    """An advisory about the package of which it cannot be told whether it is about this version."""

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    why: Why = ""
    malicious: bool = False


class Match(Noun, frozen=True):
    """What is known of one version of one package."""

    found: tuple[Hit, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    checked: Checked = "not-checked"
    """Whether a feed of vulnerabilities covers this ecosystem (and release). Something may be found though none does."""
    why: Why = ""
    """Why it is not checked."""
    malicious: Checked = "not-checked"
    """Whether a feed of known malicious packages covers this ecosystem."""
    stale: bool = False
    """Every feed of vulnerabilities that covers it is older than may be."""
    feeds: tuple[str, ...] = ()
    """The feeds that cover it, or said something."""


class Advisory(Noun, frozen=True):
    """An advisory as one feed holds it, for one package."""

    id: str
    aliases: tuple[str, ...]
    ecosystem: str
    package: str
    summary: str
    severity: Rating
    ranges: tuple[str, ...]
    """The affected versions: ranges by their events, and single versions that no range names."""
    withdrawn: bool
    malicious: bool
    published: str
    modified: str
    feed: str


class Feed(Noun, frozen=True):
    """A feed as it is held here."""

    name: str
    kind: Kind
    source: str
    """Where it was imported from, as shown."""
    date: str
    """The day of its newest content; empty: not known."""
    records: int
    broken: int
    """Records that could not be read, and so are not in it."""
    imported: str
    age_days: int | None
    """None: its date is not known."""
    stale: bool
    covers: tuple[str, ...] = ()
    """Ecosystems of whose vulnerabilities it is a whole database; none: what it does not name is not checked."""
    malicious: tuple[str, ...] = ()
    """Ecosystems of whose known malicious packages it is a whole database."""
    shipped: bool = False
    licence: str = ""
