"""Charsets that a page or a mail may name. Python knows more: some take for ever, some are no charsets at all."""

import codecs
import re

DEFAULT = "utf-8"
_TAKEN = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|(us-)?ascii|latin-?1|iso[-_]?8859-\d+|windows-(125\d|874)|cp125\d|koi8-[ru]|tis-620"
    r"|shift_jis|cp932|euc-jp|iso-2022-jp|gb2312|gbk|gb18030|big5|euc-kr|cp949|ks_c_5601-1987|iso-2022-kr",
    re.I | re.A,
)


def usable(name: str) -> str:
    """The charset of this name where it is one of them, else UTF-8."""
    if not _TAKEN.fullmatch(name):
        return DEFAULT
    try:
        return codecs.lookup(name).name
    except LookupError:
        return DEFAULT
