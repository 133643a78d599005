"""What the world knows of packages: vulnerabilities, known malicious ones, exploitation. Matched offline, with the feeds' dates."""

from yanmen.intel.advisories.advisories import MAX_AGE_DAYS, Advisories
from yanmen.intel.advisories.answers import WHY, Advisory, Doubt, Epss, Feed, Hit, Kev, Match, Rating

__all__ = [
    "MAX_AGE_DAYS",
    "WHY",
    "Advisories",
    "Advisory",
    "Doubt",
    "Epss",
    "Feed",
    "Hit",
    "Kev",
    "Match",
    "Rating",
]
