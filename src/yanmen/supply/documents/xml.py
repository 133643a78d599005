"""XML without document types: no entity is ever expanded, none is fetched."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat  # a document type is refused before any entity of it is known

from yanmen.supply.documents.text import LARGEST
from yanmen.supply.walk import File, UnreadError

DEPTH = 200
ELEMENTS = 1_000_000


class Element:
    """An element: its name without the namespace, its attributes, its text, what it holds, and its line."""

    __slots__ = ("attributes", "children", "line", "name", "namespace", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        """``name``: as expat gives it, the namespace before it."""
        self.namespace, _, self.name = name.rpartition(" ")
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""
        self.line = line

    def first(self, *path: str) -> Element | None:
        """The first element on a path of names."""
        here: Element | None = self
        for name in path:
            here = next((child for child in here.children if child.name == name), None) if here else None
        return here

    def all(self, *path: str) -> list[Element]:
        """Every element whose names are the path."""
        here = [self]
        for name in path:
            here = [child for element in here for child in element.children if child.name == name]
        return here

    def say(self, *path: str) -> str:
        """The text at a path, without space around it; empty where there is none."""
        found = self.first(*path)
        return found.text.strip() if found else ""


def xml_of(file: File, limit: int = LARGEST) -> Element:
    """The outermost element of an XML file. UnreadError where it is none, declares a document type, or is too deep."""
    return parsed_xml(file.bytes(limit))


def parsed_xml(data: bytes) -> Element:
    """The outermost element of XML's bytes."""
    top = Element("", {}, 0)
    stack = [top]
    pieces: list[list[str]] = [[]]
    count = 0
    parser = expat.ParserCreate(namespace_separator=" ")

    def refused(*_: Any) -> None:
        raise UnreadError("unsupported", "a document type is declared")

    def began(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > DEPTH or count > ELEMENTS:
            raise UnreadError("too-large", "too many elements, or too deep")
        bare = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name, bare, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)
        pieces.append([])

    def ended(_name: str) -> None:
        stack.pop().text = "".join(pieces.pop())

    def said(text: str) -> None:
        pieces[-1].append(text)

    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.StartElementHandler = began
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = said
    try:
        parser.Parse(data, True)  # the last piece; expat takes no keyword
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadError("malformed", f"no XML: {error}") from None
    return top.children[0]
