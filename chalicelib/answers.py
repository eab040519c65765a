"""A platform's answer: read with suspicion, so that a surprise becomes a problem and never a crash."""

import json
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .problems import Problem, Retry, Unsure
from .wire import words

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

log = logging.getLogger("lamppost")


@contextmanager
def understood(title: str) -> Iterator[None]:
    """Whatever a provider stumbles over in an answer is a `Retry`: a platform's odd answer is no crash of ours.

    Not for `publish` and `look`: only the worker knows whether a commit was sent (`publish.py`).
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as strange:
        log.warning("an answer was not understood", exc_info=True, extra={"platform": title})
        sentence = f"{title} gave an answer that could not be read."
        raise Retry(sentence, words=type(strange).__name__) from strange


@dataclass(frozen=True)
class Answer:
    """Status, headers and body; `committed` marks the answer to the request that made a post public."""

    response: "httpx2.Response"
    title: str
    committed: bool = False

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def method(self) -> str:
        """The method of the request that this answers; none where no request is known."""
        try:
            return str(self.response.request.method)
        except RuntimeError:
            return ""

    @property
    def text(self) -> str:
        """The body as text, at most a million characters of it."""
        return self._decoded(self.response.content[:1_000_000])

    def _decoded(self, content: bytes) -> str:
        """By the charset that the answer names, if there is such a one and the bytes are of it."""
        try:
            return content.decode(self.response.charset_encoding or "utf-8", "replace")
        except (LookupError, ValueError):
            return content.decode("utf-8", "replace")

    @property
    def words(self) -> str:
        return words(self.response.headers, self.text)

    def header(self, name: str) -> str:
        return str(self.response.headers.get(name, ""))

    @cached_property
    def json(self) -> Any:
        """The body as JSON that can be kept and sent on, or None where it is not."""
        try:
            found = json.loads(
                self._decoded(self.response.content), parse_constant=lambda _: None, parse_float=_finite
            )
            return _whole_letters(found)
        except (ValueError, RecursionError):
            return None

    @overload
    def find(self, *path: str | int) -> Any: ...
    @overload
    def find(self, *path: str | int, default: T) -> Any | T: ...
    def find(self, *path: str | int, default: Any = None) -> Any:
        """What lies at `path` in the body, or `default`, whose type it has: anything else counts as missing."""
        here: Any = self.json
        for step in path:
            try:
                here = _container(here)[step]
            except (KeyError, IndexError, TypeError):
                return default
        return default if here is None else _like(here, default)

    def pick(self, *path: str | int) -> str:
        """The text or number at `path` as text; a missing one is a `Retry`, or `Unsure` after a commit.

        So is one with control characters: no id has them, and no address that is made of it could be asked for.
        """
        found = self.find(*path)
        if isinstance(found, str | int | float) and not isinstance(found, bool):
            text = str(found)
            if text and min(text) >= " ":
                return text
        raise self.unreadable(f"no “{'.'.join(map(str, path))}”")

    def records(self, *path: str | int) -> list[dict[str, Any]]:
        """The objects of the list at `path`; none where there is no such list."""
        return listed(self.find(*path))

    def unreadable(self, why: str) -> Problem:
        """The problem of an answer that is a success by its status but cannot be understood."""
        if self.committed:
            return Unsure(
                f"{self.title} took the post, but its answer could not be read ({why}).", words=self.words
            )
        return Retry(f"{self.title} gave an answer that could not be read ({why}).", words=self.words)


def _finite(number: str) -> float | None:
    found = float(number)
    return found if math.isfinite(found) else None


def _whole_letters(found: Any) -> Any:
    """The same without halves of letters (lone surrogates), which nothing could store."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))
    return found


def _like(found: Any, default: Any) -> Any:
    """`found` where it is of `default`'s type, or a number in the other's writing; any where there is none."""
    match default:
        case None:
            return found
        case str() if isinstance(found, int | float) and not isinstance(found, bool):
            return str(found)
        case int() if not isinstance(default, bool):
            return whole(found, default)
    return found if isinstance(found, type(default)) else default


def whole(found: Any, default: int = 0) -> int:
    """A whole number, also one written as text; `default` for anything else."""
    try:
        return int(found) if not isinstance(found, float) or math.isfinite(found) else default
    except (TypeError, ValueError):
        return default


def within(found: Any, *path: str) -> Any:
    """What lies at `path` in a record, or None; what is no record holds nothing."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def holds(found: Any, wanted: Any) -> bool:
    """Whether what should be a list is one and has this in it."""
    return isinstance(found, list) and wanted in found


def listed(found: Any) -> list[dict[str, Any]]:
    """The records of what should be a list of them."""
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _container(found: Any) -> Any:
    """`found` where something can lie in it; a text is not a list of letters here."""
    return found if isinstance(found, dict | list) else {}


@dataclass(frozen=True)
class Wait:
    """A header that says when to come back: in seconds, as an epoch, or as an ISO 8601 time.

    `only_if_zero` names a header that must be 0 for this one to count (a budget that is used up); `only_on` are the
    statuses that it counts with, where it stands in every answer.
    """

    header: str
    form: Literal["seconds", "epoch", "iso", "retry-after", "milliseconds"] = "seconds"
    only_if_zero: str = ""
    only_on: tuple[int, ...] = ()

    def read(self, answer: Answer, now: datetime) -> float | None:
        """Seconds from now, or None where the header is missing, unreadable or does not count."""
        if self.only_on and answer.status not in self.only_on:
            return None
        if self.only_if_zero and answer.header(self.only_if_zero).strip() != "0":
            return None
        try:
            return max(0.0, self._seconds(answer.header(self.header).strip(), now))
        except (ValueError, TypeError, OverflowError):
            return None

    def _seconds(self, value: str, now: datetime) -> float:
        match self.form:
            case "epoch":
                return float(value) - now.timestamp()
            case "milliseconds":
                return float(value) / 1000
            case "iso":
                moment = datetime.fromisoformat(value)
                return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
            case "retry-after" if not value.replace(".", "", 1).isdigit():
                return (parsedate_to_datetime(value) - now).total_seconds()
        return float(value)
