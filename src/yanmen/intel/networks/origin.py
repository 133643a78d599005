"""What is known of an address."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from yanmen.core.nouns import Ref
from yanmen.core.redaction import visible

_COUNTRY = re.compile(r"[A-Za-z]{2}")
_ASN = re.compile(r"(?:[Aa][Ss])?([0-9]{1,10})")
_FLAGS = {
    "is_tor_exit_node": "tor",
    "is_anonymous_vpn": "vpn",
    "is_hosting_provider": "hosting",
    "is_public_proxy": "proxy",
    "is_residential_proxy": "residential-proxy",
}
LAST_ASN = (1 << 32) - 1


class Origin(NamedTuple):
    """Where an address is from; all empty where nothing is known."""

    country: str = ""
    """ISO 3166-1, two capital letters."""
    asn: str = ""
    """``AS64496``."""
    organisation: str = ""
    networks: tuple[str, ...] = ()
    """Names of the lists it is in, sorted."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """What a ban may name: ``country:DE``, ``asn:AS64496``, ``network:tor``."""
        found = [Ref(kind="country", id=self.country)] if self.country else []
        if self.asn:
            found.append(Ref(kind="asn", id=self.asn))
        return (*found, *(Ref(kind="network", id=name) for name in self.networks))

    def data(self) -> dict[str, Any]:
        """As events carry it; what is empty is left out."""
        values = {"country": self.country, "asn": self.asn, "networks": list(self.networks)}
        return {name: value for name, value in values.items() if value}


NOWHERE = Origin()


def country(text: object) -> str:
    """A country's code, or nothing where it is none."""
    return text.upper() if isinstance(text, str) and _COUNTRY.fullmatch(text) else ""


def asn(value: object) -> str:
    """``AS64496`` of ``64496``, ``AS64496`` or ``"64496"``; nothing where it is none. 0 stands for not routed."""
    found = _ASN.fullmatch(str(value).strip()) if isinstance(value, str | int) else None
    number = int(found[1]) if found else 0
    return f"AS{number}" if 0 < number <= LAST_ASN else ""


def of_record(record: object) -> Origin:
    """What a record of a database says, in the field names of MaxMind, DB-IP and IPinfo; what it does not say is empty."""
    if not isinstance(record, dict):
        return NOWHERE
    said = [record.get("country"), record.get("registered_country"), record.get("country_code")]
    codes = [country(one.get("iso_code") if isinstance(one, dict) else one) for one in said]
    numbers = [asn(record.get(name)) for name in ("autonomous_system_number", "asn")]
    names = [record.get(name) for name in ("autonomous_system_organization", "as_name", "organization")]
    return Origin(
        country=next(filter(None, codes), ""),
        asn=next(filter(None, numbers), ""),
        organisation=next((visible(name) for name in names if isinstance(name, str)), ""),
        networks=tuple(sorted(name for flag, name in _FLAGS.items() if record.get(flag) is True)),
    )
