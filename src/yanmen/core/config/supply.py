"""What is let in: scans of components, packages, models and data sets."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yanmen.core.config.section import Section

Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
What = Annotated[str, Meta(pattern=r"^(pkg|file|model|feed):\S{1,200}$")]
Place = Annotated[str, Meta(min_length=1, max_length=4096)]
Licence = Annotated[str, Meta(min_length=1, max_length=100)]


class Licences(Section, frozen=True):
    """Which licences may come in. A licence is an SPDX id, a model hub's tag, or a family of the licence catalogue."""

    project: Annotated[str, Meta(max_length=200)] = ""
    """The project's own licence, an SPDX expression; empty: as its manifest says."""
    use: Literal["distribute", "serve", "internal"] = "distribute"
    """What becomes of the project: given to others, offered over a network, or used by yourselves only."""
    commercial: bool = True
    """Whether money is made with it."""
    allow: Annotated[tuple[Licence, ...], Meta(max_length=500)] = ()
    """Where it is not empty, what is neither here nor under ``review`` is denied."""
    review: Annotated[tuple[Licence, ...], Meta(max_length=500)] = (
        "use-restricted",
        "named-and-restricted",
        "source-available",
    )
    """Let in, and shown to a person."""
    deny: Annotated[tuple[Licence, ...], Meta(max_length=500)] = ()
    """Not let in, whatever else is said."""


class Supply(Section, frozen=True):
    """Scans."""

    fail_on: Literal["low", "medium", "high", "critical"] = "high"
    """From this severity on a finding counts as found; ``--fail-on`` changes it for one scan."""
    accept_unchecked: Annotated[tuple[What, ...], Meta(max_length=100)] = ()
    """What is let in though nobody could check it: beginnings of package URLs (``pkg:deb``), files, or feeds that are not held
    (``feed:malicious-packages``). Printed in every report."""
    accepted_by: Annotated[str, Meta(max_length=100)] = ""
    """Who answers for that; needed where anything is accepted."""
    accepted_until: Day = ""
    """The last day on which it holds, ``2027-01-31``; needed where anything is accepted."""
    libraries: Annotated[tuple[Place, ...], Meta(max_length=20)] = ()
    """Folders that libraries are installed in (``…/site-packages``), trusted as what runs. Their source is read, never run,
    for classes of model files that no table knows. None: such a class stays unknown."""
    licences: Licences = msgspec.field(default_factory=Licences)
