"""A report with one of everything."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity, Unexamined, Where
from yanmen.supply.report import Accepted, Feed, Report, Result, Waived
from yanmen.supply.targets import Component

CALLS = Rule(
    id="pickle.calls-os",
    title=Phrase(en="Loading it runs a command", zh="加载时会执行命令"),
    severity=Severity.CRITICAL,
    fix=Phrase(en="Do not load it.", zh="不要加载。"),
    tags=("cwe:502",),
)
VULNERABLE = Rule(
    id="component.vulnerable",
    title=Phrase(en="A known vulnerability", zh="存在已知漏洞"),
    severity=Severity.HIGH,
    fix=Phrase(en="Upgrade.", zh="升级。"),
    tags=("cwe:1395",),
)


@pytest.fixture
def report() -> Report:
    """Found, could not judge, proven, waived, accepted, stale; markup and Chinese in names."""
    jinja = Component(
        purl="pkg:pypi/jinja2@2.4.1",
        ecosystem="PyPI",
        name="jinja2",
        version="2.4.1",
        where="requirements.txt#L3",
        licences=("BSD-3-Clause",),
    )
    vulnerable = Finding(
        rule=VULNERABLE,
        subject=jinja.ref,
        confidence=1,
        evidence="CVE-2014-1402",
        where=Where(part="requirements.txt#L3"),
    )
    waived = Finding(rule=VULNERABLE, subject=jinja.ref, confidence=1, evidence="CVE-2016-10745")
    calls = Finding(
        rule=CALLS,
        subject=Ref(kind="model", id="sha256/00"),
        confidence=1,
        evidence="os.system('<script>alert(1)</script>')",
        where=Where(part="模型/<b>evil</b>.pkl"),
    )
    debian = Unexamined(subject=Ref.parse("pkg:deb/debian/zlib1g@1.2"), reason="not-checked")
    unread = Unexamined(
        subject=Ref(kind="file", id="x.rds"), reason="unsupported", detail="R", where=Where(part="x.rds#L2")
    )
    return Report(
        at=1_763_750_000_000_000,
        version="0.1.0",
        threshold=Severity.HIGH,
        targets=(
            Result(
                path=".",
                kind="project",
                findings=(vulnerable,),
                unexamined=(debian, unread),
                components=(jinja,),
                waived=(Waived(finding=waived, reason="not reachable", by="alice", until="2027-01-01"),),
            ),
            Result(
                path="模型/<b>evil</b>.pkl", kind="model", findings=(calls,), proof="unsafe", format="pickle"
            ),
            Result(
                path="good.safetensors",
                kind="model",
                proof="proven_safe",
                format="safetensors",
                steps=("header",),
                digests={"sha256": "00"},
                facts={"tensors": "1"},
            ),
        ),
        feeds=(
            Feed(name="pypa", date="2026-07-23", age_days=121, records=7080, covers=("PyPI",), stale=True),
        ),
        accepted=(Accepted(what="pkg:deb", by="platform", until="2027-01-01"),),
    )
