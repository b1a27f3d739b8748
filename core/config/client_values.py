"""Values of librdkafka's settings, read as librdkafka reads them.

It takes names of choices in any case and after blanks (`group.protocol=Consumer`), several words
for true, and numbers in C's notation (`0x100`, `010` is eight) with anything behind them. Code of
ours that compared or converted such a value in its own way would believe in another client than
the one that runs. The rules are those of `rd_kafka_conf_set` in rdkafka_conf.c.
"""

import re
from collections.abc import Mapping
from typing import Any

_TRUE = frozenset({"true", "t", "1"})
_NUMBER = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)")


def choice(config: Mapping[str, Any], name: str, default: str) -> str:
    """Return the value of a setting that names one of several things, in small letters."""
    return str(config.get(name, default)).strip().lower()


def flag(config: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Return the value of a setting that is on or off."""
    return str(config.get(name, default)).strip().lower() in _TRUE


def number(config: Mapping[str, Any], name: str, default: int) -> int:
    """Return the value of a setting that is a whole number; 0 for one that begins with none."""
    found = _NUMBER.match(str(config.get(name, default)))
    if found is None:
        return 0
    sign, digits = found.groups()
    if digits[:2].lower() == "0x":
        size = int(digits, 16)
    elif digits.startswith("0"):
        octal = re.match("[0-7]*", digits)
        size = int(octal.group() if octal else "0", 8)
    else:
        size = int(digits)
    return -size if sign == "-" else size
