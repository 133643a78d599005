"""Popular names."""

from __future__ import annotations

from yanmen.supply.packages.names.popular import ranks


def test_popular_names_stand_in_order() -> None:
    """Thousands of each, the first the most popular, none empty or commented."""
    for ecosystem, first in (("PyPI", "boto3"), ("npm", "semver")):
        names = ranks(ecosystem)

        assert len(names) > 5_000
        assert names[first] == 0
        assert not any(name.startswith("#") or " " in name for name in names)
