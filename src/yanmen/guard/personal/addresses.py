"""Postal addresses: Chinese ones by their structure from province to door, American ones by street and number."""

from __future__ import annotations

import re

from yanmen.guard.personal.context import claim, folded
from yanmen.guard.spans import Before, Claim, Harmless

Said = Claim | Harmless | None
_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_CITIES = (
    "广州|深圳|杭州|南京|成都|武汉|西安|苏州|郑州|长沙|东莞|沈阳|青岛|合肥|佛山|宁波|昆明|济南|无锡|厦门|福州|温州|南宁|长春|泉州|石家庄|贵阳"
    "|南昌|金华|常州|南通|嘉兴|太原|徐州|惠州|珠海|中山|台州|烟台|兰州|绍兴|海口|扬州|临沂|洛阳|潍坊|唐山|乌鲁木齐|大连|哈尔滨|呼和浩特|银川|西宁|拉萨"
)
_HAN = r"[\x{4e00}-\x{9fff}]"
_ANY = r"[\x{4e00}-\x{9fff}a-z0-9]"
_STREET = "(?:路|街|道|巷|弄|胡同|村|镇|乡|小区|花园|苑|里|屯|院|庄|园|城|大厦|广场|中心|新村|公寓|社区)"
_NUMBER = "[0-9a-z一二三四五六七八九十百〇甲乙丙丁东西南北-]{1,6}"
_DOOR = "(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|层|组|户|房|队)"
_WITHIN = (
    rf"(?:{_HAN}{{1,7}}(?:市|州|盟|地区|区|县|旗|新区))?(?:{_HAN}{{1,7}}(?:区|县|旗|市|镇|乡|街道))?"
    rf"{_ANY}{{1,12}}{_STREET}(?:{_HAN}{{0,8}}{_NUMBER}{_DOOR}){{1,5}}(?:[0-9]{{3,4}}\b)?"
)
STRUCTURED = rf"(?:(?:{_PROVINCES})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?|(?:{_CITIES})市?){_WITHIN}"
_LABEL = "(?:收货地址|收件地址|家庭住址|家庭地址|通讯地址|联系地址|户籍地址|户籍地|居住地址|现住址|详细地址|注册地址|住址|地址|家住|住在|居住在|寄到|送到|寄往)"
LABELLED = rf"{_LABEL}[\"'”]?\s?[:：=是为在]{{0,2}}\s?[\"'“]?[\x{{4e00}}-\x{{9fff}}]{{2}}[\x{{4e00}}-\x{{9fff}}a-z0-9()（）·#-]{{3,60}}"
AMERICAN = (
    r"\b\d{1,5} (?:[nsew]\.? )?(?:[a-z][a-z]{1,15} ){1,3}(?:street|st|avenue|ave|road|rd|boulevard|blvd"
    r"|lane|ln|drive|dr|court|ct|terrace|place|pl)"
    r"\b\.?(?:,? (?:apt|suite|unit|ste|#)\.? ?#?[0-9a-z]{1,5})?"
    r"(?:,? [a-z][a-z]{2,15}(?: [a-z]{2,15})?,? [a-z]{2}\b,? ?\d{5}(?:-\d{4})?)?"
)
_UNITS = re.compile("省|市|区|县|旗|镇|乡|村|街道|路|街|巷|弄|胡同|小区|花园|大厦|号|栋|幢|单元|室|楼|屯|组")
_END = re.compile(f".*(?:{_DOOR[3:-1]}|[0-9]{{2,5}}|路|街|巷|村|镇|小区|花园|大厦|苑|公寓)")
_WEBSITE = re.compile("https?|www|邮箱|邮件|ip|网址|内存|文件|链接")
_LEAST, _SURE = 2, 4
_CAPITALS = re.compile(r"\d{1,5}(?: [NSEW]\.?)?(?: [A-Z][a-z]+){2,4}")


def structured(matched: str, before: Before) -> Said:
    """Province or city, street, and a number at a door."""
    del before
    return claim("address", matched, 0.92)


def labelled(matched: str, before: Before) -> Said:
    """What stands behind 地址 or 住在, up to its last unit; one of two units at least."""
    del before
    head = re.match(_LABEL.replace("(?:", "(?:", 1) + r"[\"'”]?\s?[:：=是为在]{0,2}\s?[\"'“]?", matched)
    if head is None:
        return None
    found = _END.match(folded(matched[head.end() :]).split("，")[0])
    if found is None or len(folded(matched)) != len(matched):
        return None
    units = len(_UNITS.findall(found[0]))
    if units < _LEAST or _WEBSITE.search(found[0]):
        return None
    door = any(one.isdigit() for one in found[0])
    skip, length = head.end(), head.end() + found.end()
    sure = 0.9 if units >= _SURE and door else 0.75 if door else 0.6
    return claim("address", matched[skip:length], sure, skip=skip, length=length)


def american(matched: str, before: Before) -> Said:
    """A number, a street with capitals; surer with state and ZIP code."""
    del before
    if not _CAPITALS.match(matched):
        return None
    return claim("address", matched, 0.9 if matched[-5:].isdigit() else 0.7)
