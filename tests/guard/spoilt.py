"""An answer of a platform, spoilt: cut off, of another type at some place, another format, another charset."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

JSON = {"content-type": "application/json"}
HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True)
class Said:
    """One answer as it came over the wire."""

    method: str
    where: str
    status: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)
    committed: bool = False


#: Whole bodies that are no answer.
BODIES: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "a list": b"[]",
    "an empty object": b"{}",
    "a text": b'"text"',
    "a number": b"0",
    "a yes": b"true",
    "a list of nothing": b"[null]",
    "bytes that are no text": b"\xff\xfe\x00\xd8{",
    "very deep": b"[" * 50_000,
    "not a number": b'{"id": NaN, "expires_in": Infinity}',
    "a huge number": b"1" + b"0" * 5000,
}
LARGE = b'{"id": "' + b"x" * 10_000_000 + b'"}'
#: What may stand where something else is expected.
VALUES: tuple[Any, ...] = (
    None, 7, -1, 1e300, True, "", "text", "\0", "\ud800", "9" * 400, 10**30, [], {}, [None], ["x"], [[]], {"x": None},
)  # fmt: skip


def whole(said: Said) -> Iterator[tuple[str, Said]]:
    """Every way to spoil all of an answer."""
    for what, content in BODIES.items():
        yield what, replace(said, content=content, headers=JSON)
    yield "a page", replace(said, content=HTML, headers={"content-type": "text/html"})
    yield "a page that says it is JSON", replace(said, content=HTML, headers=JSON)
    yield "no headers", replace(said, headers={})
    yield "the half", replace(said, content=said.content[: len(said.content) // 2])
    for charset in ("utf-16", "nonsense", "utf-7", "idna", "base64"):
        yield charset, replace(said, headers={"content-type": f"application/json; charset={charset}"})
    for value in ("", "garbage", "-1", "nan", "1e400", "\xff"):
        spoilt = {name: value for name in said.headers if name not in {"content-type", "content-length"}}
        yield f"headers that say “{value}”", replace(said, headers={**said.headers, **spoilt})


def places(found: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON document; of a list the first two."""
    if here:
        yield here
    if isinstance(found, dict):
        for name, value in found.items():
            yield from places(value, (*here, name))
    elif isinstance(found, list):
        for index, value in enumerate(found[:2]):
            yield from places(value, (*here, index))


def pieces(said: Said, number: int, seed: str) -> Iterator[tuple[str, Said]]:
    """At most `number` answers with another value, or none, at a place of the document; the same ones each time."""
    try:
        document = json.loads(said.content)
    except ValueError:
        return
    every = [(place, value) for place in places(document) for value in (..., *VALUES)]
    random.Random(f"{seed} {said.where}").shuffle(every)
    for place, value in every[:number]:
        made = copy.deepcopy(document)
        holder = made
        for step in place[:-1]:
            holder = holder[step]
        if value is ...:
            del holder[place[-1]]
        else:
            holder[place[-1]] = value
        shown = "nothing" if value is ... else repr(value)[:20]
        yield f"{'.'.join(map(str, place))} = {shown}", replace(said, content=json.dumps(made).encode())
