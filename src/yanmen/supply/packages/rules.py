"""Rules of poisoned packages: what each says, in both languages."""

from __future__ import annotations

from yanmen.core.nouns import Phrase, Rule, Severity

_TAGS = ("owasp-llm:LLM03", "atlas:AML.T0010.001", "cwe:506")
_REMOVE = Phrase(
    en="Do not install it. Where it is installed: take the machine off the network, rotate every secret that was in "
    "reach, rebuild.",
    zh="请勿安装。若已安装：将该机器断网，轮换其可接触到的全部密钥与口令，并重建环境。",
)
_READ = Phrase(
    en="Read the named lines before you let it in; ask the maintainers what they are for.",
    zh="放行前请先阅读所列代码行，并向维护者核实其用途。",
)
_NAME = Phrase(
    en="Check the name against the project's own page; depend on the package that you meant.",
    zh="请对照项目官网核对包名，改为依赖你真正想要的包。",
)


def _rule(slug: str, en: str, zh: str, severity: Severity, fix: Phrase = _REMOVE, *tags: str) -> Rule:
    return Rule(
        id=f"package.{slug}", title=Phrase(en=en, zh=zh), severity=severity, fix=fix, tags=(*_TAGS, *tags)
    )


STEALS_CREDENTIALS = _rule(
    "steals-credentials", "Reads credentials and sends them away", "读取凭据并外发", Severity.CRITICAL, _REMOVE, "cwe:522", "attack:T1552"
)  # fmt: skip
STEALS_ENVIRONMENT = _rule(
    "steals-environment", "Sends environment variables away", "外发环境变量", Severity.HIGH, _REMOVE, "cwe:526", "attack:T1552"
)  # fmt: skip
STEALS_WALLETS = _rule(
    "steals-wallets", "Takes keys of wallets", "窃取钱包密钥", Severity.CRITICAL, _REMOVE, "attack:T1657"
)
SENDS_HOST_FACTS = _rule(
    "sends-host-facts",
    "Tells somebody which machine it is on",
    "上报所在主机的信息",
    Severity.HIGH,
    _READ,
    "attack:T1082",
)
SENDS_ON_IMPORT = _rule(
    "sends-unasked",
    "Sends data without being asked to",
    "未经调用即外发数据",
    Severity.MEDIUM,
    _READ,
    "attack:T1041",
)
WATCHES_CLIPBOARD = _rule(
    "watches-clipboard",
    "Watches or replaces the clipboard",
    "监视或篡改剪贴板",
    Severity.HIGH,
    _REMOVE,
    "attack:T1115",
)
WATCHES_USER = _rule(
    "watches-user",
    "Records keystrokes or the screen",
    "记录键盘输入或屏幕",
    Severity.HIGH,
    _REMOVE,
    "attack:T1056",
)
RUNS_DOWNLOADED = _rule(
    "runs-downloaded-code", "Runs what it has just downloaded", "下载后立即执行", Severity.CRITICAL, _REMOVE, "cwe:494", "attack:T1105"
)  # fmt: skip
RUNS_DOWNLOADED_CALLED = _rule(
    "runs-downloaded-code-when-called", "Can run what it downloads, when it is "
        "called", "被调用时可执行下载到的内容", Severity.LOW, _READ, "cwe:494"
)  # fmt: skip
DECODES_AND_RUNS = _rule(
    "decodes-and-runs",
    "Decodes hidden code and runs it",
    "解码隐藏代码并执行",
    Severity.HIGH,
    _REMOVE,
    "attack:T1027",
)
DECODES_AND_RUNS_CALLED = _rule(
    "decodes-and-runs-when-called",
    "Runs decoded code when it is called",
    "被调用时执行解码得到的代码",
    Severity.LOW,
    _READ,
    "attack:T1027",
)
OPENS_SHELL = _rule(
    "opens-shell",
    "Opens a shell to somebody else",
    "向外部开放命令行（反弹 Shell）",
    Severity.CRITICAL,
    _REMOVE,
    "attack:T1059",
)
MINES = _rule("mines-coins", "Mines coins", "挖矿", Severity.HIGH, _REMOVE, "attack:T1496")
DROPS = _rule(
    "drops-executable",
    "Brings or writes a program and starts it",
    "携带或写出可执行文件并启动",
    Severity.HIGH,
    _REMOVE,
    "attack:T1204",
)
RUNS_AT_INSTALL = _rule(
    "runs-at-install",
    "Runs commands when it is installed",
    "安装时执行命令",
    Severity.LOW,
    _READ,
    "attack:T1546.016",
)
RUNS_AT_STARTUP = _rule(
    "runs-at-startup",
    "Runs whenever Python starts",
    "Python 每次启动都会执行",
    Severity.LOW,
    _READ,
    "attack:T1546",
)
ACTS_AT_STARTUP = _rule(
    "acts-at-startup", "Starts programs, decoded code or connections whenever Python "
        "starts", "Python 每次启动时执行命令、解码代码或联网", Severity.CRITICAL, _REMOVE, "attack:T1546"
)  # fmt: skip
HIDES_CODE = _rule(
    "hides-code",
    "Code that is hidden from whoever reads it",
    "刻意隐藏、不让人看见的代码",
    Severity.HIGH,
    _READ,
    "attack:T1027",
    "cwe:1007",
)
OBFUSCATED = _rule("obfuscated", "Obfuscated code", "混淆过的代码", Severity.MEDIUM, _READ, "attack:T1027")
TURNED_ROUND = _rule(
    "bidirectional-text", "Source that shows in another order than it "
        "has", "源码显示顺序与实际不符（双向控制符）", Severity.MEDIUM, _READ, "cve:2021-42574"
)  # fmt: skip
PERSISTS = _rule(
    "persists", "Makes itself start again", "设置自启动以长期驻留", Severity.HIGH, _REMOVE, "attack:T1547"
)
PERSISTS_CALLED = _rule(
    "persists-when-called",
    "Can set something to start by itself, when it is called",
    "被调用时可设置自启动项",
    Severity.LOW,
    _READ,
    "attack:T1547",
)
SPREADS = _rule(
    "spreads",
    "Carries code into other packages, builds or tools",
    "向其他包、构建流程或工具植入代码",
    Severity.CRITICAL,
    _REMOVE,
    "attack:T1195.002",
)
SPREADS_CALLED = _rule(
    "spreads-when-called", "Can write into other packages, builds or tools, when it is "
        "called", "被调用时可改写其他包、构建流程或工具", Severity.LOW, _READ,
    "attack:T1195.002",
)  # fmt: skip
DELETES = _rule(
    "deletes-files", "Deletes a user's files", "删除用户文件", Severity.CRITICAL, _REMOVE, "attack:T1485"
)
REWIRES = _rule(
    "rewires-others",
    "Replaces functions of wallets or of the browser's network",
    "替换钱包或浏览器网络函数",
    Severity.HIGH,
    _REMOVE,
    "attack:T1574",
)
EVADES = _rule(
    "evades-analysis",
    "Looks whether it is being watched",
    "检测自身是否正被分析",
    Severity.LOW,
    _READ,
    "attack:T1497",
)
FETCHES_DEPENDENCY = _rule(
    "fetches-dependency", "Takes a dependency from an address instead of the "
        "index", "依赖项取自网址而非软件源", Severity.HIGH, _READ, "cwe:829"
)  # fmt: skip
COPIES_MAIL = _rule(
    "copies-messages",
    "Sends copies of messages to an address of its own",
    "将消息抄送到写死的地址",
    Severity.HIGH,
    _REMOVE,
    "attack:T1114",
)
SENDS_TO_HOOK = _rule(
    "sends-to-hook",
    "Sends to a chat hook whose key is in its code",
    "向代码中写死密钥的聊天机器人接口发送数据",
    Severity.HIGH,
    _REMOVE,
    "attack:T1567",
)
SHOWS_FORM = _rule(
    "phishes",
    "Shows a form that sends passwords to somebody else",
    "展示钓鱼表单，将口令提交到外部地址",
    Severity.HIGH,
    _REMOVE,
    "attack:T1056.003",
    "attack:T1566",
)
HANDS_ON = _rule(
    "hands-on-secrets",
    "Passes on secrets that its caller gave it",
    "将调用方传入的密钥、口令转发到写死的地址",
    Severity.HIGH,
    _REMOVE,
    "cwe:522",
    "attack:T1056.004",
)
ASKS_NAMES = _rule(
    "tunnels-by-names",
    "Carries data out in names that it asks a name server for",
    "借助域名查询夹带并外传数据",
    Severity.HIGH,
    _REMOVE,
    "attack:T1048.003",
)
HIDES_ADDRESS = _rule(
    "hides-address",
    "Hides the address that it talks to",
    "隐藏其通信地址",
    Severity.HIGH,
    _READ,
    "attack:T1027",
    "attack:T1071",
)
ABUSES_ASSISTANT = _rule(
    "abuses-assistant",
    "Sets a coding assistant to work without asking",
    "擅自驱使 AI 编程助手并跳过其确认",
    Severity.HIGH,
    _REMOVE,
    "attack:T1059",
    "owasp-llm:LLM06",
)
SABOTAGES = _rule(
    "sabotages",
    "Stops the machine or disturbs its user",
    "关停主机或干扰用户",
    Severity.HIGH,
    _REMOVE,
    "attack:T1529",
)
ESCALATES = _rule(
    "takes-rights",
    "Takes rights on the machine or switches its protection off",
    "提升自身权限或关闭安全防护",
    Severity.HIGH,
    _REMOVE,
    "attack:T1548",
    "attack:T1562",
)
ADDS_UP = _rule(
    "signs-add-up",
    "Several weak signs that together are seldom seen in honest packages",
    "多个弱迹象叠加，正常软件包中极少同时出现",
    Severity.HIGH,
    _READ,
    "attack:T1195.002",
)
DEPENDS_ON_LOOKALIKE = _rule(
    "depends-on-lookalike",
    "Depends on a name that is taken for a popular package's, and does not use it",
    "依赖了一个与热门包名极为相似、代码却从未用到的包",
    Severity.HIGH,
    _NAME,
    "attack:T1195.001",
)
TYPOSQUAT = _rule(
    "typosquat",
    "A name that is taken for a popular package's",
    "名称与热门包极为相似，易被误认",
    Severity.MEDIUM,
    _NAME,
    "attack:T1195.001",
)
COMBOSQUAT = _rule(
    "combosquat",
    "A popular package's name with something added",
    "在热门包名上添加前后缀",
    Severity.INFO,
    _NAME,
    "attack:T1195.001",
)
SCOPE = _rule(
    "scope-confusion", "A scope's name written as a plain name, or another scope like "
        "it", "把作用域写成普通包名，或仿冒作用域", Severity.LOW, _NAME, "attack:T1195.001"
)  # fmt: skip
VERSION = _rule(
    "version-confusion",
    "A version number made to win over a private package's",
    "异常高的版本号，用于压过内部同名包",
    Severity.MEDIUM,
    _NAME,
    "cwe:427",
)
METADATA = _rule(
    "metadata-bare",
    "Says nothing of itself: no description, no links",
    "未提供任何说明或链接",
    Severity.INFO,
    _READ,
    "cwe:1357",
)
OTHER_NAME = _rule(
    "other-name",
    "The archive's name and its metadata differ",
    "归档文件名与元数据不一致",
    Severity.MEDIUM,
    _READ,
    "cwe:345",
)
PACKED_WRONG = _rule(
    "unpacks-elsewhere",
    "Members that leave the folder they are unpacked to",
    "解包时会写出目标目录",
    Severity.HIGH,
    _REMOVE,
    "cwe:22",
)
TWICE = _rule(
    "member-twice", "A member that is there twice", "归档内有重复成员", Severity.MEDIUM, _READ, "cwe:694"
)
DIFFERS = _rule(
    "differs",
    "Does what the other form or the last release does not",
    "出现另一形式或上一版本所没有的行为",
    Severity.HIGH,
    _READ,
    "attack:T1195.002",
)
DIFFERS_ACTS = _rule(
    "differs-acts",
    "Acts unasked in a way in which the other form or the last release does not",
    "未经调用的行为是另一形式或上一版本所没有的",
    Severity.MEDIUM,
    _READ,
    "attack:T1195.002",
)
DIFFERS_FILES = _rule(
    "differs-files",
    "Has code that the other form or the last release has not",
    "含有另一形式或上一版本所没有的代码文件",
    Severity.LOW,
    _READ,
    "attack:T1195.002",
)
