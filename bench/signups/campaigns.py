"""The campaigns. ``KNOWN`` are fitted on; ``HELD_OUT`` are of other styles and are only ever measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from signups.people import START, SignUp, World
from yanmen.core.clock import DAY, HOUR, SECOND

Campaign = Callable[[World], Iterator[SignUp]]
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def _times(world: World, many: int, hours: float) -> list[int]:
    begins = START + int(world.chance.uniform(2, world.days - 2) * DAY)
    return [begins + int(world.chance.random() * hours * HOUR) for _ in range(many)]


def _noise(world: World, length: int) -> str:
    return "".join(world.chance.choices(_LETTERS, k=length))


# Known: fitted on.


def burst(world: World) -> Iterator[SignUp]:
    """One network, one tool, letters by chance."""
    prefix, (mark, agent) = world.chance.getrandbits(24), world.browser()
    for at in _times(world, 200, 1):
        local = _noise(world, world.chance.randrange(8, 13))
        said: dict[str, Any] = {
            "ip": world.ip(prefix),
            "email": f"{local}@gmail.com",
            "name": _noise(world, 8),
            "ja4": mark,
            "user_agent": agent,
        }
        yield world.sign_up(
            "burst", at, fraud=True, form_seconds=world.chance.uniform(1, 3), device=world.device(), **said
        )


def throwaway(world: World) -> Iterator[SignUp]:
    """Mailboxes for an hour, addresses of hosting networks."""
    browsers = [world.browser() for _ in range(3)]
    for at in _times(world, 150, 20):
        mark, agent = world.chance.choice(browsers)
        given, family = world.name()
        email = f"{world.local(given, family)}@{world.chance.choice(('mailinator.com', 'guerrillamail.com', 'yopmail.com'))}"
        said: dict[str, Any] = {
            "ip": world.ip(),
            "email": email,
            "name": f"{given} {family}",
            "ja4": mark,
            "user_agent": agent,
        }
        yield world.sign_up(
            "throwaway",
            at,
            fraud=True,
            hosting=True,
            form_seconds=world.chance.uniform(2, 20),
            device=world.device(),
            **said,
        )


def farm(world: World) -> Iterator[SignUp]:
    """A shelf of phones, each many accounts, real enough names with numbers."""
    phones = [(world.device(), world.browser()) for _ in range(8)]
    for at in _times(world, 160, 60):
        device, (mark, agent) = world.chance.choice(phones)
        given, family = world.name()
        email = f"{given}{family}{world.chance.randrange(1000, 9999)}@outlook.com"
        said: dict[str, Any] = {
            "ip": world.ip(),
            "email": email,
            "name": f"{given} {family}",
            "device": device,
            "ja4": mark,
            "user_agent": agent,
        }
        yield world.sign_up("farm", at, fraud=True, form_seconds=max(2.0, world.chance.gauss(14, 2)), **said)


def scripted(world: World) -> Iterator[SignUp]:
    """One automated browser behind many addresses, waiting as long each time."""
    mark, agent = world.browser()
    for at in _times(world, 120, 10):
        email, name = world.mailbox("outlook.com")
        said: dict[str, Any] = {
            "ip": world.ip(),
            "email": email,
            "name": name,
            "device": world.device(),
            "ja4": mark,
            "user_agent": agent,
        }
        yield world.sign_up("scripted", at, fraud=True, form_seconds=world.chance.uniform(9, 11), **said)


# Held out: measured.


def residential(world: World) -> Iterator[SignUp]:
    """Rented home addresses, a name and four digits, one patched browser, a few seconds each."""
    mark, agent = world.browser()
    for at in _times(world, 180, 30):
        given, family = world.name()
        email = f"{given}{family}{world.chance.randrange(1000, 9999)}@gmail.com"
        said: dict[str, Any] = {
            "ip": world.ip(),
            "email": email,
            "name": f"{given.title()} {family.title()}",
            "ja4": mark,
            "user_agent": agent,
        }
        yield world.sign_up(
            "residential",
            at,
            fraud=True,
            form_seconds=world.chance.uniform(4, 9),
            device=world.device(),
            **said,
        )


def own_domains(world: World) -> Iterator[SignUp]:
    """Domains bought for it, plain names, people's forms of address, rotating VPN exits, browsers of three versions."""
    domains = [f"{_noise(world, 9)}.example.net" for _ in range(4)]
    browsers = [world.browser() for _ in range(3)]
    for at in _times(world, 140, 26):
        given, family = world.name()
        mark, agent = world.chance.choice(browsers)
        email = f"{given}.{family}@{world.chance.choice(domains)}"
        said: dict[str, Any] = {
            "ip": world.ip(),
            "email": email,
            "name": f"{given.title()} {family.title()}",
            "ja4": mark,
            "user_agent": agent,
        }
        seconds = world.chance.lognormvariate(math.log(25), 0.3)
        yield world.sign_up(
            "own domains", at, fraud=True, hosting=True, form_seconds=seconds, device=world.device(), **said
        )


def drip(world: World) -> Iterator[SignUp]:
    """One in forty minutes for days: an emulator's rare browser, a new device each, one referrer."""
    mark, agent = world.browser()
    begins = START + 2 * DAY
    for number in range(130):
        email, name = world.mailbox()
        said: dict[str, Any] = {
            "ip": world.ip(),
            "email": email,
            "name": name,
            "ja4": mark,
            "user_agent": agent,
            "device": world.device(),
        }
        at = begins + int((number + world.chance.random()) * 40 * 60 * SECOND)
        seconds = world.chance.gauss(21, 4)
        yield world.sign_up(
            "drip", at, fraud=True, form_seconds=max(5.0, seconds), referrer="https://r.example/go", **said
        )


def aliases(world: World) -> Iterator[SignUp]:
    """Three mailboxes written with dots and tags in every way, from common browsers."""
    boxes = ["".join(world.name()) for _ in range(3)]
    for at in _times(world, 90, 50):
        box = world.chance.choice(boxes)
        dotted = "".join(letter + ("." if world.chance.random() < 0.3 else "") for letter in box).strip(".")
        email = f"{dotted}+{_noise(world, 4)}@gmail.com"
        yield world.person("aliases", at, email=email)._replace(fraud=True)


def clickers(world: World) -> Iterator[SignUp]:
    """People paid by the account, in one room: common browsers, true names, patient; each computer a dozen accounts."""
    prefix, computers = (
        world.chance.getrandbits(24),
        [(world.device(), world.any_browser()) for _ in range(10)],
    )
    for at in _times(world, 120, 9):
        device, (mark, agent) = world.chance.choice(computers)
        said: dict[str, Any] = {"ip": world.ip(prefix), "device": device, "ja4": mark, "user_agent": agent}
        yield world.person("clickers", at, **said)._replace(fraud=True)


def spray(world: World) -> Iterator[SignUp]:
    """A library that writes a browser's name: letters by chance at one provider, many hosting networks."""
    mark, _ = world.browser()
    for at in _times(world, 250, 4):
        agent = world.any_browser()[1]
        local = "".join(world.chance.choices(_LETTERS[:26], k=world.chance.randrange(7, 11)))
        said: dict[str, Any] = {
            "ip": world.ip(),
            "email": f"{local}@outlook.com",
            "name": local,
            "ja4": mark,
            "user_agent": agent,
        }
        yield world.sign_up(
            "spray", at, fraud=True, hosting=True, form_seconds=world.chance.uniform(0.5, 60), **said
        )


def mimic(world: World) -> Iterator[SignUp]:
    """Everything as people have it, all of it different: nothing to find but the number of them. Said so in the figures."""
    for at in _times(world, 100, 72):
        yield world.person("mimic", at)._replace(fraud=True)


KNOWN: tuple[Campaign, ...] = (burst, throwaway, farm, scripted)
HELD_OUT: tuple[Campaign, ...] = (residential, own_domains, drip, aliases, clickers, spray, mimic)
