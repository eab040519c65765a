"""The dashboard's modules joined to one script a page: a file for each module would be a request, and may wake a Lambda,
for each.

The modules are written for it: they import names from their neighbours, export what they declare, and change no export.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

_IMPORT: Final = re.compile(r'^import (?:\* as )?(.+?) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:const|function|class) ([\w$]+))", re.MULTILINE)


def joined(names: Iterable[str], modules: Mapping[str, str]) -> str:
    """The modules of these names, those that they import before them, as one module."""
    whole: dict[str, None] = {}
    for name in names:
        _collect(name, modules, whole)
    return "\n".join(_enclosed(name, modules[name]) for name in whole)


def _collect(name: str, modules: Mapping[str, str], whole: dict[str, None]) -> None:
    if name in whole:
        return
    for found in _IMPORT.finditer(modules[name]):
        _collect(found[2], modules, whole)
    whole[name] = None


def _enclosed(name: str, text: str) -> str:
    """A module as a function of its own, called once, that answers with its exports."""
    exports = ", ".join(found[1] for found in _EXPORT.finditer(text))
    inner = _EXPORT.sub("", _IMPORT.sub(_taken, text))
    return f"const ${name} = (() => {{\n{inner}\nreturn {{ {exports} }};\n}})();\n"


def _taken(found: re.Match[str]) -> str:
    return f"const {found[1].replace(' as ', ': ')} = ${found[2]};"
