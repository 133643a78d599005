"""The people: homes, mobile carriers behind few addresses, universities, offices, families, privacy lovers; with days and nights.

What is shared innocently is shared here: a university's address, an office's browser, a family's tablet, a carrier's prefix.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from yanmen.core.clock import DAY, HOUR, SECOND
from yanmen.soc.abuse.registration import Registration

START = 1_760_000_000 * SECOND


class SignUp(NamedTuple):
    """One registration with what it really is."""

    one: Registration
    group: str
    """``home``, ``university`` … or the campaign's name."""
    fraud: bool
    hosting: bool = False


class World:
    """Names, browsers and places to draw from. Two worlds have other names, other browsers, other sizes."""

    def __init__(
        self, seed: int, given: Sequence[str], family: Sequence[str], *, common: int, rare: int, days: int
    ) -> None:
        """Draw the browsers' shares and the places."""
        self.chance = random.Random(seed)
        self.given, self.family, self.days = given, family, days
        self.common = [self.browser() for _ in range(common)]
        self.shares = [1 / (place + 1.5) for place in range(common)]
        self.rare = [self.browser() for _ in range(rare)]
        self.count = 0

    def browser(self) -> tuple[str, str]:
        """A TLS fingerprint with its user agent."""
        chance = self.chance
        mark = f"t13d{chance.randrange(1400, 1800)}h2_{chance.getrandbits(48):012x}_{chance.getrandbits(48):012x}"
        name = chance.choice(("Chrome", "Firefox", "Version", "Edg"))
        system = chance.choice(("Windows NT 10.0", "Macintosh", "iPhone", "Android 14", "Linux"))
        return mark, f"Mozilla/5.0 ({system}) AppleWebKit/537 {name}/{chance.randrange(110, 140)}.0"

    def any_browser(self) -> tuple[str, str]:
        """A person's: mostly a common one."""
        if self.chance.random() < 0.06:
            return self.chance.choice(self.rare)
        return self.chance.choices(self.common, self.shares)[0]

    def name(self) -> tuple[str, str]:
        """Given and family name."""
        return self.chance.choice(self.given), self.chance.choice(self.family)

    def local(self, given: str, family: str) -> str:
        """A mailbox as people build them."""
        chance, year = self.chance, str(self.chance.randrange(1960, 2010))
        return chance.choice(
            (
                lambda: f"{given}.{family}",
                lambda: f"{given}{family}",
                lambda: f"{given}{family}{chance.randrange(1, 99)}",
                lambda: f"{given[0]}{family}",
                lambda: f"{given}.{family}{year[2:]}",
                lambda: f"{given}{year}",
                lambda: f"{family}.{given}",
                lambda: f"{given}_{family}",
                lambda: f"{family}{chance.randrange(10, 9999)}",
                lambda: (
                    f"{''.join(chance.choices('abcdefghijklmnopqrstuvwxyz', k=chance.randrange(2, 5)))}{given}"
                ),
            )
        )()

    def mailbox(self, domain: str = "") -> tuple[str, str]:
        """Address and name of a person."""
        given, family = self.name()
        chosen = (
            domain
            or self.chance.choices(
                ("gmail.com", "outlook.com", "qq.com", "163.com", "yahoo.com", "icloud.com"),
                (40, 16, 16, 10, 8, 10),
            )[0]
        )
        return f"{self.local(given, family)}@{chosen}", f"{given.title()} {family.title()}"

    def ip(self, prefix: int = -1) -> str:
        """An address, within a /24 where one is named."""
        number = self.chance.getrandbits(24) if prefix < 0 else prefix
        return f"{number >> 16 & 127 | 64}.{number >> 8 & 255}.{number & 255}.{self.chance.randrange(1, 255)}"

    def seconds(self) -> float:
        """How long a person takes for a form; one in ten has a password manager."""
        chance = self.chance
        return (
            chance.uniform(3, 9)
            if chance.random() < 0.1
            else min(900.0, chance.lognormvariate(math.log(38), 0.6))
        )

    def daytime(self, day: float) -> int:
        """A time of a day when people are awake."""
        hour = self.chance.gauss(15, 4.2) % 24
        return START + int(day) * DAY + int(hour * HOUR)

    def device(self) -> str:
        """A new one."""
        return f"{self.chance.getrandbits(64):016x}"

    def sign_up(
        self, group: str, at: int, *, fraud: bool = False, hosting: bool = False, **said: Any
    ) -> SignUp:
        """A registration with an id of its own."""
        self.count += 1
        one = Registration(id=f"r{self.count}", at=at, **said)
        return SignUp(one, group, fraud, hosting)

    def person(self, group: str, at: int, **other: Any) -> SignUp:
        """Somebody at home, but for what is said otherwise."""
        mark, agent = self.any_browser()
        email, name = self.mailbox()
        said: dict[str, Any] = {
            "ip": self.ip(),
            "email": email,
            "name": name,
            "ja4": mark,
            "user_agent": agent,
            "device": self.device(),
            "form_seconds": self.seconds(),
            "referrer": self.chance.choice(
                ("", "https://search.example/", "https://news.example/item", "https://x.example/")
            ),
        }
        return self.sign_up(group, at, **(said | other))


Group = Callable[[World, int], Iterator[SignUp]]


def homes(world: World, many: int) -> Iterator[SignUp]:
    """Each its own network; a few from behind a VPN."""
    for _ in range(many):
        at = world.daytime(world.chance.randrange(world.days))
        yield world.person("home", at)


def privacy(world: World, many: int) -> Iterator[SignUp]:
    """People behind a commercial VPN: few networks, all known as hosting."""
    exits = [world.chance.getrandbits(24) for _ in range(12)]
    for _ in range(many):
        at = world.daytime(world.chance.randrange(world.days))
        found = world.person("privacy", at, ip=world.ip(world.chance.choice(exits)))
        yield found._replace(hosting=True)


def mobile(world: World, many: int) -> Iterator[SignUp]:
    """Carriers: thousands behind few networks, phones alike."""
    prefixes = [world.chance.getrandbits(24) for _ in range(10)]
    phones = [world.browser() for _ in range(6)]
    for _ in range(many):
        at = world.daytime(world.chance.randrange(world.days))
        mark, agent = world.chance.choice(phones) if world.chance.random() < 0.7 else world.any_browser()
        yield world.person(
            "mobile", at, ip=world.ip(world.chance.choice(prefixes)), ja4=mark, user_agent=agent
        )


def universities(world: World, many: int) -> Iterator[SignUp]:
    """A course of two hundred signs up within an hour, from one address, some from the computers of one laboratory."""
    courses = max(1, many // 150)
    for course in range(courses):
        prefix, domain = world.chance.getrandbits(24), f"uni{course}.example.edu"
        address, image = world.ip(prefix), world.browser()
        begins = world.daytime(world.chance.randrange(world.days))
        lab = [world.device() for _ in range(25)]
        for _ in range(150):
            at = begins + int(abs(world.chance.gauss(0, 0.6)) * HOUR)
            own = {"email": world.mailbox(domain)[0]} if world.chance.random() < 0.6 else {}
            seat = world.chance.random() < 0.3
            there = (
                {"device": world.chance.choice(lab), "ja4": image[0], "user_agent": image[1]} if seat else {}
            )
            link = {"referrer": f"https://lms.{domain}/"} if world.chance.random() < 0.7 else {}
            yield world.person("university", at, ip=address, **own, **there, **link)


def offices(world: World, many: int) -> Iterator[SignUp]:
    """A company rolls out: its own domain, one form of address, one managed browser, one address, a workshop or a week."""
    teams = max(1, many // 30)
    for team in range(teams):
        address, image, domain = world.ip(), world.browser(), f"company{team}.example.com"
        begins, spread = world.daytime(world.chance.randrange(world.days)), world.chance.choice((0.5, 8, 60))
        for _ in range(30):
            given, family = world.name()
            yield world.person(
                "office",
                begins + int(world.chance.random() * spread * HOUR),
                ip=address,
                email=f"{given}.{family}@{domain}",
                name=f"{given.title()} {family.title()}",
                ja4=image[0],
                user_agent=image[1],
                referrer=world.chance.choice(("", f"https://intranet.{domain}/")),
            )


def remote(world: World, many: int) -> Iterator[SignUp]:
    """A company whose people work at home: its domain, its form of address, its browser, everywhere, within a week."""
    teams = max(1, many // 25)
    for team in range(teams):
        image, domain = world.browser(), f"remote{team}.example.com"
        begins = world.daytime(world.chance.randrange(max(1, world.days - 5)))
        for _ in range(25):
            given, family = world.name()
            yield world.person(
                "remote office",
                begins + int(world.chance.random() * 5 * DAY),
                email=f"{given}.{family}@{domain}",
                name=f"{given.title()} {family.title()}",
                ja4=image[0],
                user_agent=image[1],
            )


def families(world: World, many: int) -> Iterator[SignUp]:
    """Two to four on one device."""
    made = 0
    while made < many:
        address, device, (mark, agent) = world.ip(), world.device(), world.any_browser()
        begins = world.daytime(world.chance.randrange(world.days))
        for _ in range(world.chance.randrange(2, 5)):
            made += 1
            at = begins + int(world.chance.random() * 3 * DAY)
            yield world.person("family", at, ip=address, device=device, ja4=mark, user_agent=agent)


def population(world: World, sizes: dict[str, int]) -> list[SignUp]:
    """Everybody, in no order."""
    groups: dict[str, Group] = {
        "home": homes,
        "privacy": privacy,
        "mobile": mobile,
        "university": universities,
        "office": offices,
        "remote office": remote,
        "family": families,
    }
    return [one for name, many in sizes.items() for one in groups[name](world, many)]
