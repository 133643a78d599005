"""Networks from text."""

from __future__ import annotations

import pytest

from yanmen.intel.networks.lists import Row, plain, table
from yanmen.intel.networks.mmdb import MalformedError
from yanmen.intel.networks.origin import Origin


def test_a_table_is_read_by_its_header() -> None:
    """Networks or ranges, commas or tabs, quotes, comments."""
    commas = (
        '# made by us\nNetwork,country,asn,name\n192.0.2.0/31,de,64496,"One, Ltd"\n\n2001:db8::/127,CN,,\n'
    )
    tabs = "start\tend\tasn\n192.0.2.0\t192.0.2.1\tAS7\n"

    assert list(table(commas)) == [
        Row(32, 0xC0000200, 0xC0000201, Origin("DE", "AS64496", "One, Ltd")),
        Row(128, 0x20010DB8 << 96, (0x20010DB8 << 96) + 1, Origin("CN")),
    ]
    assert list(table(tabs)) == [Row(32, 0xC0000200, 0xC0000201, Origin(asn="AS7"))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no header"),
        ("name,country\n", "neither `network` nor"),
        ("network,colour\n", "neither `country` nor"),
        ("network,country\n192.0.2.0/24,DE\nnowhere,DE\n", "line 3"),
        ("start,end,country\n192.0.2.9,192.0.2.1,DE\n", "line 2"),
        ("start,end,country\n192.0.2.9,2001:db8::1,DE\n", "line 2"),
        ("network,country\n" + "1" * 5000 + ",DE\n", "longer than"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text: str, said: str) -> None:
    """Never half read."""
    with pytest.raises(MalformedError, match=said):
        list(table(text))


def test_a_plain_list_has_a_network_a_line() -> None:
    """As the lists of exits and of hosting are published; whatever stands behind is left."""
    text = "# exits\n192.0.2.7\n192.0.2.0/30 ; SBL1\n192.0.2.1-192.0.2.3,x\n\n2001:db8::1\n"

    rows = list(plain(text, "tor"))
    assert [row.last - row.first for row in rows] == [0, 3, 2, 0]
    assert {row.origin for row in rows} == {Origin(networks=("tor",))}


def test_a_plain_list_with_a_name_in_it_is_refused() -> None:
    """A host name is no address."""
    with pytest.raises(MalformedError, match="line 2"):
        list(plain("192.0.2.7\nexample.org\n", "tor"))
