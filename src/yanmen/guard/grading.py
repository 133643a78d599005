"""Grading of data: which class and which level a kind of data has, by a scheme that a file may replace."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from yanmen.core import foreign
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase, Severity

BUILT_IN = Path(__file__).with_suffix(".yaml")
"""The scheme that holds when ``guard.grading`` names none."""
Level = Annotated[int, msgspec.Meta(ge=1, le=6)]
"""1 to 4: general data, the higher the more harm; 5: important data; 6: core data."""
_SEVERITY = {
    1: Severity.INFO,
    2: Severity.LOW,
    3: Severity.MEDIUM,
    4: Severity.MEDIUM,
    5: Severity.HIGH,
    6: Severity.CRITICAL,
}
_HINT = Phrase(
    en="See docs/howto/mask-personal-data.md, and src/yanmen/guard/grading.yaml for the whole form.",
    zh="写法见 docs/howto/mask-personal-data.zh.md，完整样例见 src/yanmen/guard/grading.yaml。",
)


class Grade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scheme says of one kind of data."""

    category: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{0,39}$")]
    """The class it belongs to, one of the scheme's ``classes``."""
    level: Level
    sensitive: bool = False
    """Sensitive personal information."""
    verified: bool = False
    """Whether class and sensitivity were compared with the text of the source."""
    source: str = ""
    """Where it stands, and what is doubtful about it."""

    @property
    def severity(self) -> Severity:
        """How severe a finding of such data is."""
        return _SEVERITY[self.level]

    @property
    def tags(self) -> tuple[str, ...]:
        """``data:CLASS``, ``level:N`` and, of sensitive data, ``data:sensitive``."""
        found = (f"data:{self.category}", f"level:{self.level}")
        return (*found, "data:sensitive") if self.sensitive else found


class Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole scheme."""

    name: str
    title: Phrase
    classes: dict[str, Phrase]
    """The classes, in both languages."""
    kinds: dict[str, Grade]
    """By the kind's word, the part of its rule behind ``personal.``."""
    other: Grade
    """What a kind has that the file does not name."""

    def __hash__(self) -> int:
        """One scheme of a name and content."""
        return hash((self.name, tuple(sorted((kind, grade.tags) for kind, grade in self.kinds.items()))))

    def grade(self, kind: str) -> Grade:
        """The grade of a kind."""
        return self.kinds.get(kind, self.other)


@cache
def load(file: Path = BUILT_IN) -> Scheme:
    """Read a scheme. Raises YanmenError with the file where it is not one."""
    try:
        scheme = msgspec.convert(yaml.load(file.read_text("utf-8"), yaml.CSafeLoader), Scheme)  # it is safe
    except OSError as error:
        raise YanmenError(foreign.system(error), where=str(file), hint=_HINT) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise YanmenError(
            Phrase(en="the grading scheme is not YAML in UTF-8", zh="分级方案不是 UTF-8 编码的 YAML"),
            where=str(file),
            hint=_HINT,
        ) from error
    except msgspec.ValidationError as error:
        why, path = foreign.validation(error)
        raise YanmenError(
            Phrase(en=f"{path}: {why.en}", zh=f"{path}：{why.zh}"), where=str(file), hint=_HINT
        ) from error
    for kind, grade in [*scheme.kinds.items(), ("other", scheme.other)]:
        if grade.category not in scheme.classes:
            raise YanmenError(
                Phrase(
                    en=f"{kind}: there is no class {grade.category}", zh=f"{kind}：没有类别 {grade.category}"
                ),
                where=str(file),
                hint=_HINT,
            )
    return scheme
