"""CycloneDX as others write it: JSON of 1.2 to 1.7, and XML brought into the same shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yanmen.core.nouns import Unexamined
from yanmen.supply.documents.text import items, table, word
from yanmen.supply.documents.xml import Element
from yanmen.supply.purls import of_purl, purl
from yanmen.supply.targets import Component, Scope
from yanmen.supply.walk import File, UnreadError

SPECS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
COMPONENTS = 500_000
"""Of one bill; a larger one is nobody's."""
_ALGORITHMS = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "BLAKE3": "blake3",
}
_SCOPES: dict[str, Scope] = {"required": "run", "optional": "optional", "excluded": "develop"}
_KINDS = {
    "machine-learning-model": "model",
    "data": "dataset",
    "container": "image",
    "operating-system": "system",
    "file": "file",
}


def read(file: File, document: dict[str, Any]) -> Iterator[Component | Unexamined]:
    """Every component, nested ones too, with what it needs; and what the bill says that it leaves out."""
    if (spec := word(document.get("specVersion"))) not in SPECS:
        yield file.unread("unsupported", f"CycloneDX {spec}")
        return
    subject = table(table(document.get("metadata")).get("component"))
    every = [*([subject] if word(subject.get("purl")) else []), *_flat(document.get("components"))]
    links = {word(one.get("bom-ref")): _link(one) for one in every}
    needs = {
        word(table(one).get("ref")): [links.get(word(ref), "") for ref in items(table(one).get("dependsOn"))]
        for one in items(document.get("dependencies"))
    }
    for one in every:
        ref = word(one.get("bom-ref"))
        try:
            yield _component(file, one, tuple(sorted({need for need in needs.get(ref, []) if need})))
        except UnreadError as error:
            yield file.unread(error.reason, f"{word(one.get('name'))}: {error.detail}")
    for one in items(document.get("compositions")):
        aggregate = word(table(one).get("aggregate"))
        if aggregate.startswith("incomplete"):
            yield file.unread("not-checked", f"the bill says of itself that it is {aggregate}")
            return


def _flat(listed: Any) -> Iterator[dict[str, Any]]:
    """Components within components, in the text's order."""
    waiting = list(reversed(items(listed)))
    count = 0
    while waiting:
        one = table(waiting.pop())
        count += 1
        if count > COMPONENTS:
            raise UnreadError("too-large", f"more than {COMPONENTS} components")
        if one:
            yield one
        waiting.extend(reversed(items(one.get("components"))))


def _link(one: dict[str, Any]) -> str:
    """Its package URL; for one without, a generic one of its name."""
    said = word(one.get("purl"))
    try:
        if said:
            return of_purl(said).purl
        return purl("generic", word(one.get("name")), word(one.get("version")), word(one.get("group")))
    except UnreadError:
        return ""


def _component(file: File, one: dict[str, Any], needs: tuple[str, ...]) -> Component:
    facts = {"kind": _KINDS[kind]} if (kind := word(one.get("type"))) in _KINDS else {}
    if supplier := word(table(one.get("supplier")).get("name")):
        facts["supplier"] = supplier
    facts |= _ours(one)
    fields: dict[str, Any] = {
        "how": "declared",
        "where": file.at(),
        "scope": _SCOPES.get(word(one.get("scope")), "run"),
        "licences": _licences(one),
        "hashes": {
            _ALGORITHMS[name]: word(table(digest).get("content")).lower()
            for digest in items(one.get("hashes"))
            if (name := word(table(digest).get("alg"))) in _ALGORITHMS
        },
        "needs": needs,
        "facts": facts,
    }
    if said := word(one.get("purl")):
        return of_purl(said, **fields)
    name = word(one.get("name"))
    return Component(
        purl=_link(one) or purl("generic", name),
        ecosystem="",
        name=name,
        version=word(one.get("version")),
        **fields,
    )


def _ours(one: dict[str, Any]) -> dict[str, str]:
    """Facts that Yanmen wrote itself, and those of a model's card."""
    found = {}
    for pair in items(one.get("properties")):
        name = word(table(pair).get("name"))
        if name.startswith("yanmen:fact:"):
            found[name.removeprefix("yanmen:fact:")] = word(table(pair).get("value"))
    parameters = table(table(one.get("modelCard")).get("modelParameters"))
    for key, fact in (
        ("task", "task"),
        ("modelArchitecture", "architectures"),
        ("architectureFamily", "model_type"),
    ):
        if value := word(parameters.get(key)):
            found.setdefault(fact, value)
    bases = [word(table(parent).get("name")) for parent in items(table(one.get("pedigree")).get("ancestors"))]
    if facts := " ".join(base for base in bases if base):
        found.setdefault("base_model", facts)
    return found


def _licences(one: dict[str, Any]) -> tuple[str, ...]:
    found = []
    for choice in items(one.get("licenses")):
        licence = table(table(choice).get("license"))
        said = word(table(choice).get("expression")) or word(licence.get("id")) or word(licence.get("name"))
        if said:
            found.append(said)
    return tuple(found)


def of_xml(top: Element) -> dict[str, Any]:
    """XML in the shape of JSON, as far as it is read."""
    subject = top.first("metadata", "component")
    return {
        "specVersion": _spec(top),
        "metadata": {"component": _of_element(subject) if subject else {}},
        "components": [_of_element(one) for one in top.all("components", "component")],
        "dependencies": [
            {
                "ref": one.attributes.get("ref", ""),
                "dependsOn": [need.attributes.get("ref", "") for need in one.all("dependency")],
            }
            for one in top.all("dependencies", "dependency")
        ],
        "compositions": [
            {"aggregate": one.say("aggregate")} for one in top.all("compositions", "composition")
        ],
    }


def _spec(top: Element) -> str:
    return top.namespace.rpartition("/")[2]


def _of_element(one: Element) -> dict[str, Any]:
    said: dict[str, Any] = {key: one.say(key) for key in ("group", "name", "version", "scope", "purl")}
    said["type"] = one.attributes.get("type", "")
    said["bom-ref"] = one.attributes.get("bom-ref", "")
    said["supplier"] = {"name": one.say("supplier", "name")}
    said["hashes"] = [
        {"alg": hashed.attributes.get("alg", ""), "content": hashed.text.strip()}
        for hashed in one.all("hashes", "hash")
    ]
    said["licenses"] = [
        *(
            {"license": {"id": licence.say("id"), "name": licence.say("name")}}
            for licence in one.all("licenses", "license")
        ),
        *({"expression": text.text.strip()} for text in one.all("licenses", "expression")),
    ]
    said["properties"] = [
        {"name": pair.attributes.get("name", ""), "value": pair.text.strip()}
        for pair in one.all("properties", "property")
    ]
    said["components"] = [_of_element(inner) for inner in one.all("components", "component")]
    return said
