"""What components demand to be said."""

from __future__ import annotations

from pathlib import Path

import msgspec

from yanmen.supply.formats import notice
from yanmen.supply.formats.words import say
from yanmen.supply.licences.expressions import table
from yanmen.supply.report import Report, Result
from yanmen.supply.targets import Component

LICENCE = "MIT License\n\nCopyright (c) 2020 Alice & Bob\n\nPermission is hereby granted…\n"


def test_a_component_is_named_with_its_licence_its_authors_and_its_text_once(
    report: Report, tmp_path: Path
) -> None:
    """From the files beside its metadata; two with one text share it."""
    components = []
    for name in ("one", "two"):
        info = tmp_path / f"{name}-1.0.dist-info"
        (info / "licenses").mkdir(parents=True)
        (info / "licenses" / "LICENSE").write_text(LICENCE, "utf-8")
        components.append(
            Component(
                purl=f"pkg:pypi/{name}@1.0",
                ecosystem="PyPI",
                name=name,
                version="1.0",
                how="installed",
                where=f"{name}-1.0.dist-info/METADATA",
                licences=("MIT",),
            )
        )
    tool = msgspec.structs.replace(components[0], name="tool", purl="pkg:pypi/tool@1", scope="develop")
    made = msgspec.structs.replace(
        report, targets=(Result(path=str(tmp_path), kind="environment", components=(*components, tool)),)
    )
    said = notice.written(made, "en").decode()

    assert said.count("Permission is hereby granted") == 1
    assert said.count("Copyright (c) 2020 Alice & Bob") == 3
    assert "two 1.0\n  MIT\n  keep its copyright notice" in said
    assert "tool" not in said
    assert "保留其版权声明" in notice.written(made, "zh").decode()


def test_a_place_that_leads_elsewhere_is_not_read(report: Report, tmp_path: Path) -> None:
    """A component says where it stands; nobody follows it out of the target."""
    (tmp_path / "LICENSE").write_text("Copyright (c) 1999 Elsewhere\n", "utf-8")
    (tmp_path / "in").mkdir()
    liar = Component(
        purl="pkg:pypi/x@1", ecosystem="PyPI", name="x", version="1", how="installed", where="../METADATA"
    )
    made = msgspec.structs.replace(
        report, targets=(Result(path=str(tmp_path / "in"), kind="environment", components=(liar,)),)
    )

    assert "Elsewhere" not in notice.written(made, "en").decode()


def test_every_obligation_has_words() -> None:
    """In both languages."""
    owed = {one for said in table("families").values() for one in said["obligations"]} | {"read-the-terms"}

    assert all(say(tongue, f"owes_{one}") for one in owed for tongue in ("en", "zh"))
