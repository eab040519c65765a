"""Reads here and there in a file too large to hold, through a function that fetches ranges of it."""

import struct
from collections.abc import Callable
from typing import Any, Final

from .files import Unreadable

#: Offset and length → exactly these bytes of the file.
Read = Callable[[int, int], bytes]

_BLOCK: Final = 65_536
# A whole film needs a handful of blocks and some hundred looks; more is an attempt to keep us reading.
_MOST_READS: Final = 300
_MOST_LOOKS: Final = 50_000
_ENDLESS: Final = "The film is built in a way that cannot be read here."


class Ranges:
    """One block is kept at a time, as headers stand close together; asking beyond the end is `Unreadable`."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self.size = size
        self._start, self._block = 0, b""
        self._reads = self._looks = 0

    def get(self, at: int, length: int) -> bytes:
        """`length` bytes from `at`; no header that is of interest is longer than a block."""
        if length > _BLOCK or at + length > self.size:
            raise Unreadable("The film is damaged, or it ends early.")
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            raise Unreadable(_ENDLESS)
        if not self._start <= at <= at + length <= self._start + len(self._block):
            self._fetch(at)
        return self._block[at - self._start : at - self._start + length]

    def unpack(self, form: str, at: int) -> tuple[Any, ...]:
        """The values at `at`, by a form of `struct`."""
        return struct.unpack(form, self.get(at, struct.calcsize(form)))

    def _fetch(self, at: int) -> None:
        self._reads += 1
        if self._reads > _MOST_READS:
            raise Unreadable(_ENDLESS)
        length = min(_BLOCK, self.size - at)
        self._start, self._block = at, self._read(at, length)
        if len(self._block) != length:
            raise Unreadable("The film ends early.")
