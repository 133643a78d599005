"""What can be wrong with a pickle, by what it would do."""

from __future__ import annotations

from yanmen.core.nouns import Phrase, Rule, Severity

_TAGS = ("owasp-llm:LLM03", "atlas:AML.T0010", "atlas:AML.T0011.000", "cwe:502", "tc260:A5")
_REFUSE = Phrase(
    en="Do not load the file. Ask its author for the weights as safetensors, or take them from the original publisher;"
    " if it has been loaded already, treat that machine as taken over.",
    zh="切勿加载该文件。请向作者索取 safetensors 格式的权重，或改从原发布方获取；若已加载过，应按主机失陷处置。",
)


def _rule(
    name: str, en: str, zh: str, *, severity: Severity = Severity.CRITICAL, fix: Phrase = _REFUSE
) -> Rule:
    return Rule(id=f"pickle.{name}", title=Phrase(en=en, zh=zh), severity=severity, fix=fix, tags=_TAGS)


CALLS_OS = _rule("calls-os", "Loading it runs a command or a program", "加载时会执行系统命令或程序")
RUNS_CODE = _rule("runs-code", "Loading it runs code that it carries", "加载时会运行文件自带的代码")
REACHES_NETWORK = _rule(
    "reaches-network", "Loading it reaches for the network", "加载时会访问网络", severity=Severity.HIGH
)
READS_FILES = _rule(
    "reads-files", "Loading it reads or changes files", "加载时会读取或改动文件", severity=Severity.HIGH
)
IMPORTS_CODE = _rule(
    "imports-code",
    "Loading it imports modules or libraries of its choice",
    "加载时会导入由它指定的模块或动态库",
    severity=Severity.HIGH,
)
LOADS_PICKLES = _rule(
    "loads-pickles",
    "Loading it unpickles further bytes",
    "加载时会再反序列化其他数据",
    severity=Severity.HIGH,
)
REACHES_INSIDE = _rule(
    "reaches-inside",
    "Loading it takes objects apart to get at functions by name",
    "加载时通过反射按名称取得函数",
    severity=Severity.HIGH,
)
CHANGES_CODE = _rule(
    "changes-code",
    "Loading it changes a function, class or module of the running program",
    "加载时会改写运行中程序的函数、类或模块",
)
CALLS_LIBRARY = _rule(
    "calls-library",
    "Loading it calls a function that no data needs",
    "加载时会调用数据文件不需要的函数",
    severity=Severity.HIGH,
)
BOMB = _rule("bomb", "Loading it exhausts memory or time", "加载会耗尽内存或时间", severity=Severity.HIGH)
READERS_DIFFER = _rule(
    "readers-differ",
    "Programs that read it disagree on what it says",
    "不同的读取程序对其内容解析不一致",
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Do not load the file: no ordinary program writes such a stream. Have it written anew from its source.",
        zh="切勿加载该文件：正常程序不会写出这样的数据流。请从来源重新导出。",
    ),
)
HIDES_BYTES = _rule(
    "hides-bytes",
    "It carries bytes where no loader looks, or a pickle within a string",
    "文件夹带加载器不会读取的字节，或在字符串中藏有 pickle",
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Find out what the bytes are before the file is used; have it written anew without them.",
        zh="使用前先查明这些字节的用途，并重新导出不含它们的文件。",
    ),
)
CARRIES_CODE = _rule(
    "carries-code",
    "It carries code of its own, which loading makes into functions and does not call",
    "文件自带代码：加载时会还原成函数，但不会调用",
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Whoever uses what was loaded runs that code: read it, or have the model written without functions of its own.",
        zh="使用加载结果时即会运行这些代码：请先审阅，或重新导出不含自带函数的模型。",
    ),
)
CALLS_UNKNOWN = _rule(
    "calls-unknown",
    "Loading it calls something that is not known to be harmless",
    "加载时会调用未确认无害的对象",
    severity=Severity.MEDIUM,
    fix=Phrase(
        en="Read what the named function or class does when it is called so; or ask for the weights as safetensors.",
        zh="请查看所列函数或类在此种调用下的行为；或索取 safetensors 格式的权重。",
    ),
)
NAMES_UNKNOWN = _rule(
    "names-unknown",
    "Loading it imports something that is not known to be harmless",
    "加载时会导入未确认无害的模块",
    severity=Severity.LOW,
    fix=Phrase(
        en="Importing runs the module's own code: see that it is one that you trust, or ask for safetensors.",
        zh="导入会运行模块自身的代码：请确认其可信，或索取 safetensors 格式的权重。",
    ),
)

RULES = (
    CALLS_OS,
    RUNS_CODE,
    REACHES_NETWORK,
    READS_FILES,
    IMPORTS_CODE,
    LOADS_PICKLES,
    REACHES_INSIDE,
    CHANGES_CODE,
    CALLS_LIBRARY,
    BOMB,
    READERS_DIFFER,
    HIDES_BYTES,
    CARRIES_CODE,
    CALLS_UNKNOWN,
    NAMES_UNKNOWN,
)
"""Every rule of the pickle family."""
BY_ID = {rule.id: rule for rule in RULES}
