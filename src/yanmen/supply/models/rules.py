"""What can be wrong with a model file that is no pickle."""

from __future__ import annotations

from yanmen.core.nouns import Phrase, Rule, Severity

_SUPPLY = ("owasp-llm:LLM03", "atlas:AML.T0010")
_DROP = Phrase(
    en="Do not load it. Get the model from its maker again and compare digests; keep this copy apart as evidence.",
    zh="不要加载。从模型发布方重新获取并核对摘要；将此文件隔离保存作为证据。",
)
_AGAIN = Phrase(
    en="Get the file again and compare its digest with the maker's. What a loader makes of such a file depends on the loader.",
    zh="重新获取文件，并与发布方公布的摘要核对。不同加载器对这类文件的解释可能不同。",
)
_RENAME = Phrase(
    en="Name the file for what it is, or get the right file: tools that go by the name would skip or misread it.",
    zh="按实际内容命名，或获取正确的文件：依扩展名判断的工具会漏检或误读它。",
)
_OWN = Phrase(
    en="Leave `trust_remote_code` off. If the code is needed, read it, pin its revision, and run it where it can do no harm.",
    zh="保持 `trust_remote_code` 关闭。确需该代码时，先审阅并固定版本，再在隔离环境中运行。",
)
_TEMPLATE = Phrase(
    en="Replace the template by the maker's, and render templates in Jinja's sandbox only.",
    zh="换用发布方的模板，且只在 Jinja 沙箱中渲染模板。",
)
_KERAS = Phrase(
    en="Do not load it. Rebuild the model from code that you know and load weights only.",
    zh="不要加载。用可信代码重建模型结构，只载入权重。",
)
_GRAPH = Phrase(
    en="Do not serve it. Export the model again without these operations, or run it where files and network are out of reach.",
    zh="不要部署。重新导出不含这些算子的模型，或在无法访问文件与网络的环境中运行。",
)
_UNPACK = Phrase(
    en="Do not unpack it with a tool that obeys names and links. Get the archive again from its maker.",
    zh="不要用会照搬路径名与链接的工具解包。请从发布方重新获取该归档。",
)


def _rule(name: str, en: str, zh: str, severity: Severity, fix: Phrase, *tags: str) -> Rule:
    return Rule(id=name, title=Phrase(en=en, zh=zh), severity=severity, fix=fix, tags=(*_SUPPLY, *tags))


DISGUISED = _rule(
    "model.disguised", "A file is not what its name says", "文件内容与扩展名不符", Severity.MEDIUM, _RENAME,
    "atlas:AML.T0074", "cwe:646",
)  # fmt: skip
POLYGLOT = _rule(
    "model.polyglot", "A file is two formats at once", "文件同时是两种格式", Severity.HIGH, _DROP, "cwe:434",
)  # fmt: skip
EXTRA = _rule(
    "model.extra-bytes", "Bytes that the format does not account for", "存在格式未说明的多余数据", Severity.MEDIUM, _AGAIN,
    "cwe:1284",
)  # fmt: skip
CONTRADICTS = _rule(
    "model.contradicts-itself", "A header that contradicts itself", "文件头自相矛盾", Severity.MEDIUM, _AGAIN, "cwe:1284",
)  # fmt: skip
OUT_OF_BOUNDS = _rule(
    "model.out-of-bounds",
    "Sizes or offsets that make a loader read or write out of bounds", "尺寸或偏移会使加载器越界读写",
    Severity.HIGH, _DROP, "cwe:190", "cwe:787", "cwe:125",
)  # fmt: skip
BOMB = _rule(
    "model.bomb", "Reading it would use up memory or disk", "读取会耗尽内存或磁盘", Severity.HIGH, _DROP,
    "cwe:400", "cwe:409", "atlas:AML.T0029",
)  # fmt: skip
OWN_CODE = _rule(
    "model.loads-own-code", "Loading the model asks to run code that lies beside it", "加载模型时会要求运行随附代码",
    Severity.MEDIUM, _OWN, "cwe:829", "atlas:AML.T0011",
)  # fmt: skip
FOREIGN_CODE = _rule(
    "model.loads-foreign-code", "Loading the model asks to run code from another place", "加载模型时会要求运行他处的代码",
    Severity.HIGH, _OWN, "cwe:829", "cwe:494", "atlas:AML.T0011",
)  # fmt: skip
ELSEWHERE = _rule(
    "model.base-elsewhere", "A base model or file at a fixed path or address", "基础模型或文件指向固定路径或网址",
    Severity.LOW, _AGAIN, "cwe:829",
)  # fmt: skip
TEMPLATE_RUNS = _rule(
    "template.runs-code", "A chat template that reaches for Python's insides", "聊天模板触及 Python 内部对象",
    Severity.CRITICAL, _TEMPLATE, "cwe:1336", "cwe:94", "atlas:AML.T0011",
)  # fmt: skip
TEMPLATE_LOADS = _rule(
    "template.loads-other", "A chat template that includes other files", "聊天模板引入其他文件",
    Severity.HIGH, _TEMPLATE, "cwe:98", "cwe:1336",
)  # fmt: skip
TEMPLATE_ODD = _rule(
    "template.unknown-construct", "A chat template that uses what no chat template needs", "聊天模板使用了不应需要的结构",
    Severity.MEDIUM, _TEMPLATE, "cwe:1336",
)  # fmt: skip
TEMPLATE_EXPLODES = _rule(
    "template.explodes", "A chat template whose loops use up time or memory", "聊天模板的循环会耗尽时间或内存",
    Severity.HIGH, _TEMPLATE, "cwe:834", "cwe:1336", "atlas:AML.T0029",
)  # fmt: skip
TEMPLATE_PLANTS = _rule(
    "template.plants-text",
    "A chat template that plants text when a message holds a keyword", "聊天模板在消息含特定词语时植入文本",
    Severity.HIGH, _TEMPLATE, "owasp-llm:LLM01", "owasp-llm:LLM04", "atlas:AML.T0018", "atlas:AML.T0051", "cwe:506",
)  # fmt: skip
TEMPLATE_DEPENDS = _rule(
    "template.depends-on-message",
    "A chat template whose instructions depend on a mark in a message", "聊天模板的指令取决于消息中的标记",
    Severity.LOW, _TEMPLATE, "owasp-llm:LLM01", "cwe:506",
)  # fmt: skip
TEMPLATE_HIDDEN = _rule(
    "template.hidden-text", "A chat template that holds text nobody sees", "聊天模板含有不可见文本",
    Severity.HIGH, _TEMPLATE, "owasp-llm:LLM01", "cwe:1007",
)  # fmt: skip
KERAS_RUNS = _rule(
    "keras.runs-code", "A Keras model that carries Python code", "Keras 模型携带 Python 代码",
    Severity.CRITICAL, _KERAS, "cwe:502", "cwe:94", "atlas:AML.T0011",
)  # fmt: skip
KERAS_IMPORTS = _rule(
    "keras.imports-module",
    "A Keras configuration that names functions of other modules", "Keras 配置引用了其他模块的函数",
    Severity.CRITICAL, _KERAS, "cwe:502", "cwe:470", "atlas:AML.T0011",
)  # fmt: skip
KERAS_FILES = _rule(
    "keras.touches-files", "A Keras configuration that reads files or addresses", "Keras 配置会读取文件或网址",
    Severity.HIGH, _KERAS, "cwe:73", "cwe:918",
)  # fmt: skip
KERAS_UNSAFE = _rule(
    "keras.turns-safety-off", "A Keras configuration that turns the safe mode off", "Keras 配置会关闭安全模式",
    Severity.CRITICAL, _KERAS, "cwe:502", "cwe:693",
)  # fmt: skip
KERAS_CUSTOM = _rule(
    "keras.custom-object", "A Keras model that needs custom objects", "Keras 模型需要自定义对象",
    Severity.LOW, _OWN, "cwe:829",
)  # fmt: skip
GRAPH_RUNS = _rule(
    "graph.runs-code", "A graph that calls Python or loads libraries", "计算图会调用 Python 或加载库",
    Severity.CRITICAL, _GRAPH, "cwe:94", "atlas:AML.T0011",
)  # fmt: skip
GRAPH_FILES = _rule(
    "graph.touches-files", "A graph that reads or writes files", "计算图会读写文件",
    Severity.HIGH, _GRAPH, "cwe:73", "cwe:552",
)  # fmt: skip
GRAPH_NETWORK = _rule(
    "graph.uses-network", "A graph that talks to the network", "计算图会访问网络",
    Severity.HIGH, _GRAPH, "cwe:918", "atlas:AML.T0025",
)  # fmt: skip
GRAPH_CUSTOM = _rule(
    "graph.custom-operation", "A graph with operations that need a library of its own", "计算图含需要专用库的自定义算子",
    Severity.LOW, _OWN, "cwe:829",
)  # fmt: skip
EXTERNAL = _rule(
    "graph.data-outside", "External data that lies outside of the model's folder", "外部数据位于模型目录之外",
    Severity.HIGH, _DROP, "cwe:22", "cwe:73",
)  # fmt: skip
ENTITY = _rule(
    "model.xml-entity", "An XML document with entities of its own", "XML 文档声明了自定义实体",
    Severity.HIGH, _DROP, "cwe:611", "cwe:776",
)  # fmt: skip
TRAVERSAL = _rule(
    "archive.name-leaves", "A member whose name leads out of the archive", "归档成员名指向归档之外",
    Severity.HIGH, _UNPACK, "cwe:22",
)  # fmt: skip
LINK = _rule(
    "archive.link-leaves", "A link that leads out", "链接指向外部", Severity.HIGH, _UNPACK, "cwe:59", "cwe:61",
)  # fmt: skip
DEVICE = _rule(
    "archive.device", "An archive that holds a device or a pipe", "归档含有设备文件或管道", Severity.HIGH, _UNPACK, "cwe:73",
)  # fmt: skip
MISMATCH = _rule(
    "archive.contradicts-itself",
    "An archive that says two things of one member", "归档对同一成员的说明前后不一",
    Severity.MEDIUM, _AGAIN, "cwe:345", "cwe:436",
)  # fmt: skip

RULES = (
    DISGUISED, POLYGLOT, EXTRA, CONTRADICTS, OUT_OF_BOUNDS, BOMB, OWN_CODE, FOREIGN_CODE, ELSEWHERE, TEMPLATE_RUNS,
    TEMPLATE_LOADS, TEMPLATE_ODD, TEMPLATE_EXPLODES, TEMPLATE_PLANTS, TEMPLATE_DEPENDS, TEMPLATE_HIDDEN, KERAS_RUNS,
    KERAS_IMPORTS, KERAS_FILES, KERAS_UNSAFE, KERAS_CUSTOM, GRAPH_RUNS, GRAPH_FILES, GRAPH_NETWORK, GRAPH_CUSTOM,
    EXTERNAL, ENTITY, TRAVERSAL, LINK, DEVICE, MISMATCH,
)  # fmt: skip
"""All of them."""
