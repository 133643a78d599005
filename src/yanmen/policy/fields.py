"""What becomes of the fields of a request: passed on, stripped, or a reason to refuse the call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from yanmen.core.nouns import Finding, Phrase, Ref, Rule, Severity
from yanmen.core.redaction import visible
from yanmen.policy.globs import Names
from yanmen.policy.schema import Fields, FieldWord

REFUSED_FIELD = Rule(
    id="request.refused-field",
    title=Phrase(
        en="A request field with which a client could change what the model is given or how it answers",
        zh="客户端可借以改变模型输入或回答方式的请求字段",
    ),
    severity=Severity.HIGH,
    fix=Phrase(
        en="Leave the field out; or let it through with `gateway.allow_fields`, `fields: pass` in the policy, or an exception.",
        zh="去掉该字段；确需使用时，可在 `gateway.allow_fields`、策略的 `fields: pass` 中放行，或设例外。",
    ),
    tags=("owasp-llm:LLM01",),
)
"""What a refused field is told as. No detector finds it: the ``fields`` of the policy do, by name."""
_ORDER: dict[FieldWord, int] = {"pass": 0, "strip": 1, "refuse": 2}


def claims(names: Iterable[str]) -> list[Finding]:
    """Refused fields as findings, so that they can be explained, reported and excepted like any other."""
    return [
        Finding(
            rule=REFUSED_FIELD, subject=Ref(kind="field", id=name), confidence=1.0, evidence=visible(name)
        )
        for name in names
    ]


class FieldRules:
    """The ``fields`` sections of a policy's files, put together. Of several files the strictest word counts."""

    def __init__(
        self, sections: Sequence[Fields], base: Fields | None = None, over: Fields | None = None
    ) -> None:
        """Compile; ``base`` is the built-in policy's section, which the files override; ``over`` can only make stricter."""
        self._over = None if over is None else _Layer(over)
        self._over_other: FieldWord = (over.other if over is not None else None) or "pass"
        self._layers = [_Layer(section) for section in sections]
        self._base = None if base is None else _Layer(base)
        said = [section.other for section in sections if section.other is not None]
        below: FieldWord = (base.other if base is not None else None) or "pass"
        self._other: FieldWord = max(said, key=_ORDER.__getitem__, default=below)
        self.word = lru_cache(maxsize=4096)(self._word)
        """What becomes of one field, by its name (or ``field.key``)."""

    def words(self, body: Mapping[str, object]) -> dict[str, FieldWord]:
        """Every field of a request body that is not simply passed on: its name and ``strip`` or ``refuse``.

        A field that holds an object is looked at key by key (``chat_template_kwargs.enable_thinking``) when its own
        word is not ``pass``: it passes when all its keys are named in ``pass``.
        """
        found: dict[str, FieldWord] = {}
        for name, value in body.items():
            word = self.word(name)
            if word == "pass":
                continue
            if isinstance(value, dict) and value:
                inner = self._inner(name, value, word)
                found.update(inner)
            elif value is not None:
                found[name] = word
        return found

    def _inner(self, name: str, value: Mapping[object, object], word: FieldWord) -> dict[str, FieldWord]:
        keys = [f"{name}.{key}" for key in value]
        passed = [key for key in keys if self._said(key) == "pass" and self._stricter(key) == "pass"]
        if not passed:
            return {name: word}
        return {key: word for key in keys if key not in passed}

    def _word(self, name: str) -> FieldWord:
        return max(self._said(name) or self._other, self._stricter(name), key=_ORDER.__getitem__)

    def _stricter(self, name: str) -> FieldWord:
        """What is laid over the files says of a name."""
        return "pass" if self._over is None else self._over.word(name) or self._over_other

    def _said(self, name: str) -> FieldWord | None:
        said = _strictest(layer.word(name) for layer in self._layers)
        return said if said is not None or self._base is None else self._base.word(name)


class _Layer:
    """The lists of one file: ``pass`` is an exception from the other two."""

    def __init__(self, section: Fields) -> None:
        lists: tuple[tuple[FieldWord, Sequence[str]], ...] = (
            ("pass", section.passed),
            ("refuse", section.refuse),
            ("strip", section.strip),
        )
        self._lists = tuple((word, Names([name.casefold() for name in names])) for word, names in lists)

    def word(self, name: str) -> FieldWord | None:
        """What this file says of a name, or nothing. Case does not matter: servers written in Go ignore it."""
        folded = name.casefold()
        return next((word for word, names in self._lists if names.match(folded)), None)


def _strictest(words: Iterable[FieldWord | None]) -> FieldWord | None:
    return max((word for word in words if word is not None), key=_ORDER.__getitem__, default=None)
