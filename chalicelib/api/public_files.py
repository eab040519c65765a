"""The files that Postiz's clients name: by an id of ours, by an address of ours, or by any public address."""

from datetime import datetime

from chalicelib import library
from chalicelib.models import Media
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.store import files
from chalicelib.store.files import Upload

#: Suffixes that differ from the second half of their type.
_SUFFIXES = {"image/jpeg": "jpg", "video/quicktime": "mov"}


def address(upload: Upload) -> str:
    """Where a file can be seen for as long as it is kept, ending as its type does."""
    mime = upload.media.mime if upload.media else ""
    suffix = _SUFFIXES.get(mime, mime.rpartition("/")[2])
    return f"{settings().public_url}/media/{upload.workspace}/{upload.id}/file.{suffix}"


class Finder:
    """Finds the files of one request; an address that several channels name is fetched once."""

    def __init__(self, workspace: str, now: datetime) -> None:
        self._workspace, self._now = workspace, now
        self._fetched: dict[str, Media] = {}

    def find(self, number: str, path: str, alt: str) -> Media:
        """A file as an entry holds it; one that is not there is refused."""
        found = self._stored(number) or self._stored(self._own(path)) or self._fetch(path)
        return found.model_copy(update={"alt": alt or found.alt})

    def _stored(self, number: str) -> Media | None:
        upload = files.read(self._workspace, number) if number else None
        return upload.media if upload else None

    def _own(self, path: str) -> str:
        """The id in an address of this workspace's files, or nothing."""
        before = f"{settings().public_url}/media/{self._workspace}/"
        return (
            path.removeprefix(before).partition("?")[0].partition("/")[0] if path.startswith(before) else ""
        )

    def _fetch(self, path: str) -> Media:
        if not path:
            raise Refused(422, "unknown-media", "A file is named by nothing: give its id or its path.")
        if path not in self._fetched:
            media = library.fetch(self._workspace, path, self._now).media
            assert media is not None, "what was fetched has been looked at"
            self._fetched[path] = media
        return self._fetched[path]
