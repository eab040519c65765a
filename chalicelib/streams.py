"""A file of the bucket as a stream: read by ranges as it is sent, its length known before."""

import io
from typing import IO

from .sessions import File

#: Bytes that one range of the bucket brings; all that a stream ever holds.
RANGE = 8 * 1024 * 1024


def stream(file: File, size: int = RANGE) -> IO[bytes]:
    """`file` for a multipart form, for storage that takes it in a single request and no other way."""
    return io.BufferedReader(_Ranges(file), buffer_size=size)


class _Ranges(io.RawIOBase):
    """What `io` needs to read, seek and tell; each read is a range of the file."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.media.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        end = min(self._at + len(buffer), self._file.media.size)
        data = self._file.read(self._at, end) if end > self._at else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
