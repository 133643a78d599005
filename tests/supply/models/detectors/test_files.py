"""The detector gives what the examination found and what it could not judge."""

from __future__ import annotations

from yanmen.core.nouns import Finding, Unexamined
from yanmen.supply.models.detectors.files import ModelFiles
from yanmen.supply.targets import Artifact


def test_findings_and_gaps_are_both_given() -> None:
    """A template that attacks, in a header that is cut short."""
    header = b'{"__metadata__":{"t":"{{ x.__class__ }}"},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}'
    said = list(
        ModelFiles.configured(None).detect(Artifact.held("m", len(header).to_bytes(8, "little") + header))
    )

    assert {each.rule.id for each in said if isinstance(each, Finding)} == {"template.runs-code"}
    assert {each.reason for each in said if isinstance(each, Unexamined)} == {"malformed"}
    assert {str(each.subject).partition("/")[0] for each in said} == {"model:sha256"}
