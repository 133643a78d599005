"""Every operation of the API, in one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import msgspec

from yanmen.console.desk import (
    bans,
    callers,
    campaigns,
    challenges,
    checks,
    decisions,
    events,
    incidents,
    keys,
    leaks,
    models,
    modes,
    overview,
    registrations,
    reviews,
    supply,
    usage,
)
from yanmen.console.desk.shapes import DecisionShape, Nothing
from yanmen.soc.modes import Switch

Scope = Literal["admin", "guard", "intel"]


class Operation(NamedTuple):
    """One operation: ``run(house, caller, asked)``, with a name in the path ``run(house, caller, name, asked)``."""

    method: Literal["GET", "POST"]
    path: str
    run: Callable[..., Any]
    asked: type[msgspec.Struct]
    """Its query (GET) or its body (POST)."""
    answer: type[msgspec.Struct]
    scope: Scope = "admin"
    status: int = 200

    @property
    def id(self) -> str:
        """The name clients know it by: the function's."""
        return self.run.__name__

    @property
    def named(self) -> bool:
        """Whether its path names a thing."""
        return "{name}" in self.path

    @property
    def summary(self) -> str:
        """What it does, in a sentence: the function's."""
        return (self.run.__doc__ or "").strip().split("\n", maxsplit=1)[0]


OPERATIONS = (
    Operation("GET", "/api/overview", overview.overview, Nothing, overview.Overview),
    Operation("GET", "/api/pulse", overview.pulse, Nothing, overview.Pulse),
    Operation("GET", "/api/incidents", incidents.incidents, incidents.AskedIncidents, incidents.Incidents),
    Operation("GET", "/api/incidents/{name}", incidents.incident, Nothing, incidents.IncidentShape),
    Operation("POST", "/api/incidents/{name}/undo", incidents.undo, incidents.AskedUndo, incidents.Steps),
    Operation("POST", "/api/incidents/{name}/run", incidents.run, incidents.AskedRun, incidents.Steps),
    Operation(
        "POST", "/api/incidents/{name}/close", incidents.close, incidents.AskedClose, incidents.IncidentShape
    ),
    Operation(
        "POST",
        "/api/incidents/{name}/assign",
        incidents.assign,
        incidents.AskedAssign,
        incidents.IncidentShape,
    ),
    Operation("GET", "/api/modes", modes.modes, Nothing, modes.Modes),
    Operation("POST", "/api/modes", modes.switch_mode, modes.AskedSwitch, Switch),
    Operation("POST", "/api/modes/{name}/undo", modes.undo_switch, modes.AskedBack, Switch),
    Operation("GET", "/api/playbooks", incidents.playbooks, Nothing, incidents.Playbooks),
    Operation("GET", "/api/decisions", decisions.decisions, decisions.AskedDecisions, decisions.Decisions),
    Operation("GET", "/api/decisions/{name}", decisions.decision, Nothing, DecisionShape),
    Operation("POST", "/api/decisions/{name}/lift", decisions.lift, decisions.AskedLift, DecisionShape),
    Operation("GET", "/api/report", decisions.report, Nothing, decisions.Report),
    Operation(
        "POST",
        "/api/exceptions",
        decisions.make_exception,
        decisions.AskedException,
        DecisionShape,
        status=201,
    ),
    Operation("GET", "/api/standing", bans.standing, bans.AskedStanding, bans.Standing),
    Operation("POST", "/api/bans", bans.ban, bans.AskedBan, DecisionShape, status=201),
    Operation("GET", "/api/keys", keys.keys, keys.AskedKeys, keys.Keys),
    Operation("POST", "/api/keys", keys.create, keys.AskedKey, keys.NewKey, status=201),
    Operation("POST", "/api/keys/{name}/rotate", keys.rotate, keys.AskedRotation, keys.NewKey, status=201),
    Operation("POST", "/api/keys/{name}/collect", keys.collect, Nothing, keys.NewKey),
    Operation("POST", "/api/keys/{name}/revoke", keys.revoke, keys.AskedRevocation, keys.KeyShape),
    Operation("GET", "/api/events", events.events, events.AskedEvents, events.Events),
    Operation("GET", "/api/events/{name}", events.event, Nothing, events.EventShape),
    Operation("GET", "/api/audit", events.audit, Nothing, events.Audit),
    Operation("GET", "/api/findings", events.findings, events.AskedFindings, events.Findings),
    Operation("POST", "/api/guard/check", checks.check, checks.AskedCheck, checks.Checks, scope="guard"),
    Operation(
        "POST", "/api/intel/leaked-keys", leaks.report_leak, leaks.AskedLeak, leaks.Leaks, scope="intel"
    ),
    Operation("GET", "/api/intel/leaked-keys", leaks.leaked_keys, leaks.AskedSightings, leaks.Sightings),
    Operation("GET", "/api/supply", supply.supply, supply.AskedSupply, supply.SupplyShape),
    Operation("GET", "/api/usage", usage.usage, usage.AskedUsage, usage.UsageShape),
    Operation("GET", "/api/reviews", reviews.reviews, reviews.AskedReviews, reviews.Reviews),
    Operation("GET", "/api/reviews/{name}", reviews.review, Nothing, reviews.ReviewShape),
    Operation(
        "POST", "/api/reviews/{name}/label", reviews.label_review, reviews.AskedLabel, reviews.ReviewShape
    ),
    Operation(
        "POST",
        "/api/guard/reports",
        reviews.report_text,
        reviews.AskedReport,
        reviews.ReviewShape,
        scope="guard",
        status=201,
    ),
    Operation("GET", "/api/models", models.models, Nothing, models.Models),
    Operation("POST", "/api/models/rollback", models.rollback_model, models.AskedRollback, models.Models),
    Operation("POST", "/api/models/{name}/promote", models.promote_model, Nothing, models.VersionShape),
    Operation(
        "POST",
        "/api/abuse/registrations",
        registrations.report_registrations,
        registrations.AskedRegistrations,
        registrations.RegistrationsShape,
        scope="intel",
    ),
    Operation(
        "GET",
        "/api/abuse/registrations",
        registrations.judged_registrations,
        registrations.AskedJudged,
        registrations.JudgedRegistrations,
    ),
    Operation(
        "POST",
        "/api/abuse/challenges",
        challenges.make_challenge,
        challenges.AskedChallenge,
        challenges.ChallengeShape,
        scope="intel",
        status=201,
    ),
    Operation(
        "POST",
        "/api/abuse/challenges/check",
        challenges.check_proof,
        challenges.AskedProof,
        challenges.ProofShape,
        scope="intel",
    ),
    Operation("GET", "/api/abuse/callers", callers.found_callers, callers.AskedFound, callers.FoundCallers),
    Operation(
        "POST",
        "/api/abuse/callers/label",
        callers.label_caller,
        callers.AskedCallerLabel,
        callers.LabelledCaller,
    ),
    Operation(
        "POST",
        "/api/abuse/registrations/feedback",
        registrations.registration_feedback,
        registrations.AskedFeedback,
        registrations.FeedbackShape,
        scope="intel",
    ),
    Operation(
        "GET",
        "/api/abuse/clusters",
        registrations.registration_clusters,
        registrations.AskedClusters,
        registrations.ClustersShape,
    ),
    Operation("GET", "/api/campaigns", campaigns.campaigns, campaigns.AskedCampaigns, campaigns.Campaigns),
)
