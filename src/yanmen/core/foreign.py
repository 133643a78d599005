"""What others' errors say (the system, msgspec, TOML, YAML, SQLite), in both languages: frames are ours, these are quoted."""

from __future__ import annotations

import errno
import re

import msgspec

from yanmen.core.nouns import Phrase

SYSTEM: dict[int, str] = {
    errno.ENOENT: "文件或目录不存在",
    errno.EACCES: "权限不足",
    errno.EPERM: "不允许此操作",
    errno.EISDIR: "是目录，不是文件",
    errno.ENOTDIR: "路径中有一级不是目录",
    errno.EEXIST: "已存在",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超出磁盘配额",
    errno.EROFS: "文件系统只读",
    errno.EFBIG: "文件过大",
    errno.EMFILE: "本进程打开的文件过多",
    errno.ENFILE: "系统中打开的文件过多",
    errno.ENAMETOOLONG: "文件名过长",
    errno.ELOOP: "符号链接层数过多",
    errno.EIO: "读写设备时出错",
    errno.ENOMEM: "内存不足",
    errno.EPIPE: "管道已断开",
    errno.EADDRINUSE: "地址已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方重置",
    errno.EHOSTUNREACH: "主机不可达",
    errno.ENETUNREACH: "网络不可达",
    errno.ETIMEDOUT: "连接超时",
}
"""Numbers of the operating system's errors, as Chinese systems word them."""

_SAID: tuple[tuple[str, str], ...] = (
    # msgspec: what a value is and what it should be
    (r"Expected (`.+?`), got (`.+?`)", "应为 {0}，实为 {1}"),
    (r"Expected (`int`|`float`) (>=|<=|>|<) (\S+)", "{0} 须 {1} {2}"),
    (r"Expected `int` that's a multiple of (\d+)", "应为 {0} 的整数倍"),
    (r"Expected `(?:str|bytes)` of length >= (\d+)", "至少要有 {0} 个字符"),
    (r"Expected `(?:str|bytes)` of length <= (\d+)", "最多 {0} 个字符"),
    (r"Expected `(?:array|object)` of length >= (\d+)", "至少要有 {0} 项"),
    (r"Expected `(?:array|object)` of length <= (\d+)", "最多 {0} 项"),
    (r"Expected `array` of at least length (\d+), got (\d+)", "至少要有 {0} 项，实有 {1} 项"),
    (r"Expected `array` of at most length (\d+)(?:, got \d+)?", "最多 {0} 项"),
    (r"Expected `array` of length (\d+), got (\d+)", "应有 {0} 项，实有 {1} 项"),
    (r"Expected `str` matching regex (.+)", "应符合正则表达式 {0}"),
    (r"Expected (`.+?`)", "应为 {0}"),
    (r"Object contains unknown field (`.*`)", "没有名为 {0} 的字段"),
    (r"Object missing required field (`.*`)", "缺少必填字段 {0}"),
    (r"Invalid (?:enum )?value (.+)", "不接受值 {0}"),
    (r"Integer value out of range|Number out of range", "数值超出范围"),
    (r"Invalid RFC3339 encoded (?:date|datetime|time)", "日期或时间应为 RFC 3339 格式"),
    (r"Invalid base64 encoded string", "不是有效的 Base64 文本"),
    (r"Input data was truncated", "内容不完整，提前结束"),
    (r"JSON is malformed: .+ \(byte (\d+)\)", "JSON 格式有误（第 {0} 字节处）"),
    # tomllib
    (r"Invalid statement", "无法识别的语句"),
    (r"Invalid value", "无法识别的值"),
    (r"Invalid (?:date or datetime|hex value)", "无效的日期或十六进制数"),
    (r"Invalid initial character for a key part", "键名的首字符无效"),
    (r"Expected newline or end of document after a statement", "一条语句之后应换行"),
    (r"Expected '=' after a key in a key/value pair", "键名之后应为等号“=”"),
    (r"Expected '(\]+)' at the end of an? (?:table|array) declaration", "表头应以“{0}”结尾"),
    (r"Expected (.+)", "此处应为 {0}"),
    (r"Found invalid character (.+)|Illegal character (.+)", "含有不允许的字符 {0}{1}"),
    (r"Cannot declare (.+) twice", "{0} 重复定义"),
    (r"Cannot overwrite a value", "同一个键被赋值两次"),
    (r"Cannot (?:mutate immutable|redefine) namespace (.+)", "{0} 已经定义，不能再添加内容"),
    (r"Duplicate inline table key (.+)", "键 {0} 重复"),
    (r"Unclosed (?:array|inline table)", "括号没有闭合"),
    (r"Unterminated string", "字符串缺少结尾的引号"),
    (r"Unescaped '\\' in a string|Escaped character is not .+", "字符串中的反斜杠转义有误"),
    # YAML
    (
        r"mapping (?:values|keys) are not allowed (?:here|in this context)",
        "此处不能出现键值对，请检查缩进和冒号",
    ),
    (
        r"(?:block )?sequence entries are not allowed (?:here|in this context)",
        "此处不能出现列表项，请检查缩进",
    ),
    (r"could not find expected ':'", "缺少冒号“:”"),
    (r"expected <block end>, but found (.+)|did not find expected (?:key|'-' indicator)", "缩进不一致"),
    (
        r"expected '<document start>', but found .+|did not find expected <document start>",
        "不是有效的 YAML：此处无法解析",
    ),
    (
        r"expected ',' or '(.)', but got .+|did not find expected ',' or '(.)'",
        "缺少逗号，或缺少结尾的“{0}{1}”",
    ),
    (r"found character(?: (.+))? that cannot start any token", "此处不能以这个字符开头 {0}"),
    (r"found unexpected end of stream", "文件在引号闭合之前结束"),
    (r"found unknown escape character(?: (.+))?", "无法识别的转义字符 {0}"),
    (r"found undefined alias(?: (.+))?", "别名 {0} 没有定义"),
    (r"found duplicate anchor (.+); first occurrence", "锚点 {0} 重复定义"),
    (r"expected a single document.*|but found another document", "一个文件中只能有一份 YAML 文档"),
    (r"special characters are not allowed|unacceptable character .+", "含有不允许的控制字符"),
    # the resolver of names, and TLS
    (
        r"Name or service not known|Temporary failure in name resolution|.*nodename nor servname.*",
        "无法解析主机名",
    ),
    (r"timed out", "等待超时"),
    (r"\[SSL: CERTIFICATE_VERIFY_FAILED\].*", "服务器证书未通过验证"),
    # SQLite
    (r"database or disk is full", "磁盘空间不足"),
    (r"database is locked", "数据库被其他进程占用"),
    (r"attempt to write a readonly database", "数据库只读"),
    (r"unable to open database file", "无法打开数据库文件"),
    (r"database disk image is malformed", "数据库文件已损坏"),
    (r"file is not a database", "文件不是数据库"),
    (r"disk I/O error", "磁盘读写出错"),
)
"""Others' sentences as regular expressions, and the Chinese for each with what was found in braces; the first that fits."""
_TABLE = tuple((re.compile(english), chinese) for english, chinese in _SAID)
_LONGEST = 500
"""Characters of somebody else's sentence that are quoted."""
_PLACE_IN_TOML = re.compile(r" \(at (?:line \d+, column \d+|end of document)\)$")


def said(text: str) -> Phrase:
    """Somebody else's sentence, with its Chinese where it is a known one; else as it is in both."""
    text = text[:_LONGEST]
    for english, chinese in _TABLE:
        if found := english.fullmatch(text):
            return Phrase(en=text, zh=chinese.format(*(part or "" for part in found.groups())).strip())
    return Phrase(en=text, zh=text)


def system(error: OSError) -> Phrase:
    """What the operating system refused, without the file's name: the frame around it names that."""
    english = said(error.strerror or str(error))
    return Phrase(en=english.en, zh=SYSTEM.get(error.errno or 0, english.zh))


def validation(error: msgspec.ValidationError) -> tuple[Phrase, str]:
    """What is wrong with a value, and the way to it as msgspec writes it (``$.rules[0].then``); nothing for the whole."""
    message, _, place = str(error).partition(" - at `")
    return said(message), place.rstrip("`").removeprefix("key` in `")


def toml(error: ValueError) -> Phrase:
    """What is wrong with a TOML text, without the line: an error's ``where`` names that."""
    return said(_PLACE_IN_TOML.sub("", str(error)))
