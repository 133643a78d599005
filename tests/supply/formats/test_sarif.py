"""SARIF as code-scanning pages read it."""

from __future__ import annotations

import json

from yanmen.supply.formats import sarif
from yanmen.supply.report import Report


def test_findings_have_rules_places_and_lasting_fingerprints(report: Report) -> None:
    """Every result's rule is described; a line is a region; a name is percent-encoded."""
    run = json.loads(sarif.written(report, "zh"))["runs"][0]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    first, second = run["results"]

    assert {one["ruleId"] for one in run["results"]} == set(rules)
    assert rules["pickle.calls-os"]["shortDescription"]["text"] == "加载时会执行命令"
    assert (first["level"], rules["pickle.calls-os"]["properties"]["security-severity"]) == ("error", "9.5")
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert "%3Cb%3E" in first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert first["partialFingerprints"]["yanmen/v1"]


def test_what_could_not_be_judged_is_a_notification(report: Report) -> None:
    """Only what nobody accepts; the exit code stands in it."""
    invocation = json.loads(sarif.written(report, "en"))["runs"][0]["invocations"][0]

    assert [one["descriptor"]["id"] for one in invocation["toolExecutionNotifications"]] == [
        "could-not-judge/unsupported"
    ]
    assert invocation["exitCode"] == 1
