"""Names of people: only in context, for a name by itself is a word like others."""

from __future__ import annotations

import re

from yanmen.guard.personal.context import claim
from yanmen.guard.spans import Before, Claim, Harmless

Said = Claim | Harmless | None
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦"
    "贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿"
    "关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴蒙鲍华喻祁房滕屈饶解牟艾尤阳穆农司古吉缪简车项连"
    "芦麦褚娄窦戚岑景党宫费卜冷晏席卫柏瞿佟应臧闵宗边卞姬师仇栾隋刁沙荣巫寇桑甄仲虞敖巩明苟郎鄢池匡娜呼闻粟米占麻尉褟钮蔺隆"
)
"""The surnames of more than nine in ten people in mainland China, by frequency in the registers, some spelled as in use."""
DOUBLE = "欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|轩辕|长孙|宇文|端木|南宫|独孤|澹台|闻人"
HAN = r"[\x{4e00}-\x{9fff}]"
LABELS = (
    "(?:姓名|联系人|收件人|收货人|寄件人|发件人|取件人|签收人|患者|病人|持卡人|户主|户名|开户人|申请人|投保人|被保险人|受益人|法定代表人|法人代表"
    "|经办人|监护人|当事人|委托人|原告|被告|借款人|担保人|紧急联系人|乘客|乘机人|入住人|承租人|出租人|报案人|受害人|嫌疑人)"
)
ZH_LABELLED = (
    rf"{LABELS}(?:姓名|名字|名称)?[\"'”]?\s?(?:[:：=]|是|为)\s?[\"'“]?{HAN}[\x{{4e00}}-\x{{9fff}}·•]{{1,11}}"
)
ZH_CALLED = rf"(?:我叫|我的名字是|我的名字叫|他叫|她叫|名叫|本人姓名){HAN}{{2,6}}"
ZH_TITLE = r"(?:先生|女士|小姐|太太)"
ZH_BACK = f"[{SURNAMES}][\\x{{4e00}}-\\x{{9fff}}]{{0,2}}"
_SPELLED = r"[a-z][a-z'’-]{1,19}(?: [a-z]\.)?(?: [a-z][a-z'’-]{1,19}){0,2}"
EN_LABELLED = (
    r"(?:(?:\b(?:full|first|last|legal|maiden|patient|customer|client|contact|cardholder|employee"
    r"|guest|passenger|applicant|recipient)"
    r"(?:'s)?[ _-]?)?\bname|\b(?:contact person|cardholder|recipient|applicant|patient|attn))[\"']?\s?[:=]\s?[\"']?"
    + _SPELLED
)
EN_CALLED = r"\b(?:my name is|my name's|i am called|this is) " + _SPELLED
EN_TITLE = r"\b(?:mr|mrs|ms|miss|mx|dr|prof)\b\.? " + _SPELLED
_FIRST = re.compile(f"(?:{DOUBLE}|[{SURNAMES}])")
_FOLLOWS = re.compile(
    "性别|男|女|身份|电话|手机|年龄|出生|住址|地址|住在|联系|民族|先生|女士|小姐|同志|老师|证件|护照|邮箱|今年|来自|是|的|在|和|与|及|，|等"
)
_NOT_NAMES = re.compile(
    r"任何|何时|何地|高级|高等|安全|安排|方便|方式|向您|于是|常见|成为|成功|明天|应该|应收|包括|关于|路人|管理|万一|连续|白天|文件|金额|平安"
    r"|师傅|游客|解释|华人|左右|温馨|古代|简单|项目|成都|宁波|安徽|江苏|金融|石油|通用|曲目|文化|贺卡|钱包|明确"
)
_ONE = r"[A-Z](?:['’][A-Z])?[a-z]+(?:-[A-Z]?[a-z]+)?"
_CAPITAL = re.compile(rf"{_ONE}(?: [A-Z]\.)?(?: (?:{_ONE}|van|von|de|der|la)){{0,2}}(?![A-Za-z])")
_WORDS = frozenset(
    "the this that your my our new test tests build run deploy install server project file class method string user users value"
    " type"
    " default main admin root name names here there please thank thanks pepper robot who what windows linux python docker service"
    " app application database table field column required optional none null true false unknown city state country product"
    " company department team event page button item order group role policy rule model version function module package library"
    " word excel powerpoint office access a an is it not sorry just only also all some any great important very about example"
    " monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october"
    " november december english chinese".split()
)


def chinese(matched: str, before: Before) -> Said:
    """The name behind a label such as 姓名：, as far as it goes."""
    del before
    start = re.search(r"[:：=是为叫]\s?[\"'“]?(?=[^:：=是为叫]{2,12}\Z)", matched)
    if start is None:
        return None
    skip = start.end()
    length = _length(matched[skip:])
    if not length:
        return None
    value = matched[skip : skip + length]
    sure = 0.9 if matched[start.start()] != "叫" else 0.8
    return claim("name", value, sure, skip=skip, length=skip + length)


def _length(text: str) -> int:
    """How many characters of a text are a Chinese name; 0: it begins with none."""
    if "·" in text[1:6] or "•" in text[1:6]:
        return len(text)
    first = _FIRST.match(text)
    if first is None or _NOT_NAMES.match(text):
        return 0
    most = first.end() + 2
    follows = _FOLLOWS.search(text, first.end() + 1)
    end = min(most, len(text), follows.start() if follows else most)
    return end if end > first.end() else 0


def titled(matched: str, before: Before) -> Said:
    """A surname, perhaps a given name, and 先生 or 女士."""
    del before
    name = matched[:-2]
    if not name or _NOT_NAMES.match(name):
        return None
    return claim("name", name, 0.8 if len(name) > 1 else 0.6, length=len(name))


def english(matched: str, before: Before) -> Said:
    """Words with capitals behind ``Name:`` or ``My name is``: two, or one that is no word of programs."""
    del before
    label = re.search(r"[:=]\s?[\"']?|\bis |'s |called ", matched)
    found = _CAPITAL.match(matched, label.end()) if label else None
    if found is None:
        return None
    value = found[0]
    words = value.replace("-", " ").split()
    if any(word.lower().strip(".'") in _WORDS for word in words):
        return None
    specific = re.match(r"(?i:name\W)", matched) is None and ":" not in matched[:5]
    if len(words) == 1 and not specific:
        return None
    skip = found.start()
    sure = 0.85 if len(words) > 1 else 0.6
    return claim("name", value, sure, skip=skip, length=skip + len(value))


def addressed(matched: str, before: Before) -> Said:
    """``Mr Smith``, ``Dr. Alice Chen``: with capitals."""
    del before
    title = re.match(r"(?i:mrs|mr|ms|miss|mx|dr|prof)\.? ", matched)
    found = _CAPITAL.match(matched, title.end()) if title else None
    if title is None or found is None or not matched[0].isupper():
        return None
    words = found[0].split()
    if any(word.lower() in _WORDS for word in words):
        return None
    return claim("name", found[0], 0.85 if len(words) > 1 else 0.75, skip=title.end(), length=found.end())
