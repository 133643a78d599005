"""Sign-ups that a platform reports: judged one by one and together, answered with a verdict and its reasons."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from yanmen.console.desk.house import Caller, House
from yanmen.console.desk.shapes import Asked, Limit, Shape
from yanmen.core.nouns import Event, Phrase
from yanmen.policy.modes import NORMAL, OWN, files_in, modes
from yanmen.soc.abuse.clusters import Cluster
from yanmen.soc.abuse.registration import Registration
from yanmen.soc.abuse.registrations import MOST, Answer, Feedback
from yanmen.soc.abuse.scoring import REASONS, VERDICTS, Label, Verdict
from yanmen.soc.modes import in_force

LOOKED_AT = 500
"""Latest events that are looked through."""
LABELS: tuple[Label, ...] = ("fraud", "good")


class AskedRegistrations(Asked, frozen=True):
    """One registration or many, in the order they came."""

    registrations: Annotated[list[Registration], Meta(min_length=1, max_length=MOST)]


class RegistrationShape(Shape, frozen=True):
    """What is said of one registration."""

    id: str
    verdict: Literal["allow", "challenge", "deny"]
    score: float
    """0 to 1."""
    reasons: list[Phrase]
    """The weightiest first."""
    cluster: str
    """Registrations that belong together have one."""
    members: int
    """Of the cluster, this one among them."""
    event: str
    """The event that records it."""


class RegistrationsShape(Shape, frozen=True):
    """What is said of each, in order."""

    results: list[RegistrationShape]


class AskedLabelOf(Asked, frozen=True):
    """What is known later of one registration."""

    id: Annotated[str, Meta(min_length=1, max_length=100)]
    label: Literal["fraud", "good"] | None = None
    first_prompt: Annotated[str, Meta(max_length=20_000)] = ""
    """The first text its owner sent. Of it a keyed hash of its sketch is kept."""


class AskedFeedback(Asked, frozen=True):
    """Labels and first prompts."""

    feedback: Annotated[list[AskedLabelOf], Meta(min_length=1, max_length=MOST)]


class FeedbackShape(Shape, frozen=True):
    """Of each, whether the registration is known."""

    known: list[bool]


class AskedClusters(Asked, frozen=True):
    """Which clusters to list."""

    least: Annotated[int, Meta(ge=2, le=100_000)] = 4
    """Members."""
    limit: Limit = 50


class ClusterShape(Shape, frozen=True):
    """Registrations that belong together."""

    id: str
    members: int
    first: int
    last: int
    in_common: dict[str, float]
    """By kind of thing, which share of the members has the most frequent one: ``ja4``, ``device``, ``shape`` …"""
    scattered: float
    """0: all from one network; 1: from everywhere."""
    fraud: float
    """Labels, faded."""
    good: float


class ClustersShape(Shape, frozen=True):
    """Clusters, the last seen first."""

    clusters: list[ClusterShape]


class JudgedShape(Shape, frozen=True):
    """A registration that was judged."""

    id: str
    event: str
    at: int
    verdict: Literal["allow", "challenge", "deny"]
    score: float
    reasons: list[Phrase]
    cluster: str
    label: Literal["", "fraud", "good"]
    """What somebody said of it since."""


class AskedJudged(Asked, frozen=True):
    """Which of them."""

    limit: Limit = 50
    suspect: bool = False
    """Only those that were challenged or denied."""


class JudgedRegistrations(Shape, frozen=True):
    """Registrations, the newest first."""

    registrations: list[JudgedShape]


def judged_registrations(house: House, caller: Caller, asked: AskedJudged) -> JudgedRegistrations:
    """The registrations that were judged last, the newest first, with what was said of them since."""
    del caller
    events = house.store.events
    last = events.last_seq() + 1
    labels = {
        str(one.event.data.get("registration")): str(one.event.data.get("label", ""))
        for one in reversed(events.before(last, LOOKED_AT, ("registration.labelled",)))
        if one.event.data.get("label")
    }
    read = events.before(last, LOOKED_AT, ("registration.judged",))
    found = [_judged(one.event, labels) for one in read]
    kept = [one for one in found if not asked.suspect or one.verdict != "allow"]
    return JudgedRegistrations(registrations=kept[: asked.limit])


def _judged(event: Event, labels: dict[str, str]) -> JudgedShape:
    data, name = event.data, event.subject.id if event.subject else ""
    verdict: Verdict = next((one for one in VERDICTS if one == data.get("verdict")), "challenge")
    label: Literal["", "fraud", "good"] = next((one for one in LABELS if one == labels.get(name)), "")
    return JudgedShape(
        id=name,
        event=event.id,
        at=event.at,
        verdict=verdict,
        score=round(float(data.get("score", 0.0)), 2),
        reasons=[REASONS[one] for one in data.get("reasons", []) if one in REASONS],
        cluster=str(data.get("cluster", "")),
        label=label,
    )


def report_registrations(house: House, caller: Caller, asked: AskedRegistrations) -> RegistrationsShape:
    """Judge sign-ups; durable before it is answered. Personal data are kept as keyed hashes only."""
    found = house.registrations().judge(asked.registrations, caller.ref, _floor(house))
    return RegistrationsShape(results=[_shape(one) for one in found])


def registration_feedback(house: House, caller: Caller, asked: AskedFeedback) -> FeedbackShape:
    """Say what sign-ups turned out to be; weights move by it, within bounds."""
    given = [Feedback(one.id, one.label, one.first_prompt) for one in asked.feedback]
    return FeedbackShape(known=house.registrations().learn(given, caller.ref))


def registration_clusters(house: House, caller: Caller, asked: AskedClusters) -> ClustersShape:
    """Clusters of sign-ups, the last seen first, with what their members have in common."""
    del caller
    found = house.registrations().clusters(asked.least, asked.limit)
    return ClustersShape(clusters=[_cluster(one) for one in found])


def _floor(house: House) -> Verdict:
    """What the mode in force makes of every sign-up at least."""
    name = in_force(house.store)
    mode = modes(files_in(house.store.folder / OWN)).get(name) if name != NORMAL else None
    return mode.text.registrations if mode is not None else "allow"


def _shape(one: Answer) -> RegistrationShape:
    return RegistrationShape(
        id=one.id,
        verdict=one.verdict,
        score=one.score,
        reasons=list(one.reasons),
        cluster=one.cluster,
        members=one.members,
        event=one.event,
    )


def _cluster(one: Cluster) -> ClusterShape:
    shared = {kind: round(share, 2) for kind, share in one.common().items() if share >= 0.2}  # noqa: PLR2004  # less is no tie
    return ClusterShape(
        id=one.id,
        members=one.total,
        first=one.first,
        last=one.last,
        in_common=dict(sorted(shared.items(), key=lambda item: -item[1])),
        scattered=round(one.scattered, 2),
        fraud=round(one.bad, 1),
        good=round(one.good, 1),
    )
