"""Code that is taken from the network without a pin, a checksum or a verified transport, and indexes that are asked besides."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from yanmen.core.nouns import Finding, Phrase, Rule, Severity, Unexamined, Where
from yanmen.core.plugins import Detector
from yanmen.core.redaction import visible
from yanmen.supply.targets import Component

_TAGS = ("owasp-llm:LLM03", "atlas:AML.T0010")
RUNS = Rule(
    id="install.runs-remote-code",
    title=Phrase(
        en="Code is fetched from the network and run, whatever it is by then",
        zh="下载远程代码后直接执行，内容未固定",
    ),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Fetch a named version to a file, compare its SHA-256 with one that is kept in the repository, then run it; or"
        " install the tool by a package manager that verifies signatures, or from an image named by its digest.",
        zh="将指定版本下载为文件，与仓库中保存的 SHA-256 比对一致后再执行；或改用会校验签名的包管理器，或使用按摘要引用的镜像。",
    ),
    tags=(*_TAGS, "cwe:494", "cwe:829"),
)
UNVERIFIED = Rule(
    id="install.not-verified",
    title=Phrase(en="A download is installed without a checksum", zh="下载的文件未经校验即安装"),
    severity=Severity.LOW,
    fix=Phrase(
        en='Name the version and verify it before it is used: `echo "SHA256  file" | sha256sum -c -`,'
        " `ADD --checksum=sha256:…`, or a signature.",
        zh='指定版本，并在使用前校验：`echo "SHA256  文件" | sha256sum -c -`、`ADD --checksum=sha256:…`，或验证签名。',
    ),
    tags=(*_TAGS, "cwe:494", "cwe:354"),
)
TRANSPORT = Rule(
    id="install.transport-not-verified",
    title=Phrase(
        en="What is installed comes over a transport that is not verified",
        zh="安装来源的传输未加密，或已关闭证书、签名校验",
    ),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Use https with a certificate that the machine trusts (install your own CA) and leave verification on; of operating"
        " systems' packages keep the signatures.",
        zh="改用 https，并让机器信任其证书（内部源可安装自有 CA），不要关闭校验；操作系统软件包须保留签名校验。",
    ),
    tags=(*_TAGS, "cwe:319", "cwe:295"),
)
EXTRA = Rule(
    id="install.extra-index",
    title=Phrase(
        en="A second package index is asked for every name (dependency confusion)",
        zh="额外的软件源会参与所有包名的解析（依赖混淆）",
    ),
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Use one index that serves both (a proxy), or a tool that ties names to indexes (uv's and poetry's explicit indexes),"
        " and lock with hashes: with --extra-index-url pip takes the highest version, whichever index has it.",
        zh="只用一个同时提供两者的软件源（代理），或使用能把包名绑定到软件源的工具（uv、poetry 的 explicit 源），并以哈希锁定："
        "使用 --extra-index-url 时，pip 会从任意一个源取版本号最高的包。",
    ),
    tags=(*_TAGS, "cwe:427", "cwe:829"),
)
SOURCE = Rule(
    id="install.source-not-pinned",
    title=Phrase(en="Code is built from a repository without a commit", zh="从代码仓库构建，但未固定提交"),
    severity=Severity.LOW,
    fix=Phrase(
        en="Name the commit: `git checkout COMMIT` after the clone, `git+https://…@COMMIT` for pip.",
        zh="固定到具体提交：克隆后执行 `git checkout 提交哈希`，pip 使用 `git+https://…@提交哈希`。",
    ),
    tags=(*_TAGS, "cwe:494", "cwe:829"),
)
_RULES = {
    "runs-remote": RUNS,
    "unverified": UNVERIFIED,
    "no-transport": TRANSPORT,
    "extra-index": EXTRA,
    "not-pinned": SOURCE,
}
_SURE, _LIKELY = 0.9, 0.7


class Fetched(Detector[Component]):
    """Claims of every component that says how it is fetched."""

    rules = (RUNS, UNVERIFIED, TRANSPORT, EXTRA, SOURCE)

    def detect(self, target: Component) -> Iterator[Finding | Unexamined]:
        """One finding; the command is the evidence. What is run and comes in the clear anybody on the way can choose."""
        rule = _RULES.get(target.facts.get("fetch", ""))
        if rule is None:
            return
        if rule is RUNS and target.facts.get("address", "").startswith(("http://", "ftp://")):
            rule = msgspec.structs.replace(rule, severity=Severity.HIGH)
        yield Finding(
            rule=rule,
            subject=target.ref,
            confidence=_SURE if rule.id == RUNS.id else _LIKELY,
            evidence=visible(target.facts.get("command", "")),
            where=Where(part=target.where),
        )
