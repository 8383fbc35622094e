"""Which words somebody searched for may be kept at all: none that could be a name, a number or an address.

A kiosk cannot tell whose words they are, so it goes by their shape and rather loses a harmless search than
keep a person's name: 高温补贴 is not kept because 高 is a family name, too. A given name without its family
name, or a family name too rare for the list below, is not noticed here; such words still leave the kiosk only
when they were sought on several days (``kiosk.counts``).
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 20

#: The commonest family names of China; the rarer ones are words of everyday life more often than names.
_FAMILY: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌"
    "毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦"
    "褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘"
)
_DOUBLE: Final = "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|令狐|慕容|夏侯|宇文|长孙|轩辕|端木|百里|南宫"
_HANZI: Final = r"\u3400-\u9fff"

_NAME: Final = re.compile(f"(?:{_DOUBLE}|[{_FAMILY}])[ ·]?[{_HANZI}]")
_PLAIN: Final = re.compile(rf"[{_HANZI}A-Za-z0-9 ]+")
_LATIN: Final = re.compile(r"[A-Za-z]{4,}|[A-Za-z]+ [A-Za-z]")
_FIGURE: Final = "0-9零〇一二三四五六七八九幺两十百千"
_SPOKEN_NUMBER: Final = re.compile(f"[{_FIGURE}][{_FIGURE} ]{{3,}}")


def may_be_kept(words: str) -> bool:
    """Whether nobody can be told from ``words``, as far as their shape says.

    Not kept: longer than 20 characters; four digits or more, however they are grouped or spelt in hanzi;
    Latin letters beyond an abbreviation; a family name before another hanzi; any unusual character.
    """
    return (
        len(words) <= LONGEST
        and sum(character.isdigit() for character in words) < 4
        and _PLAIN.fullmatch(words) is not None
        and not any(shape.search(words) for shape in (_NAME, _LATIN, _SPOKEN_NUMBER))
    )
