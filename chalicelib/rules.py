"""What one entry may hold, declared once per platform and read by composer, API and publisher alike."""

from collections.abc import Sequence
from typing import Literal

from . import text
from .models import Entry, Kind, Media, Model

_PLURALS: dict[Kind, str] = {"image": "pictures", "gif": "GIFs", "video": "videos", "document": "documents"}


class Part(Model):
    """Limits of one entry: `length` in units of `count`, sizes in bytes, lengths of film in seconds.

    A kind of media with a number of 0 is refused. `mixed`: kinds may stand together. `alt`: the longest
    description of a picture. `needs`: what must be there at least. `ratio`: how narrow and how wide a picture may be
    (width by height), beyond which it gets a border. `card`: a link in a text without files is shown with a card.
    """

    length: int
    count: text.Count = "points"
    url_length: int = 23
    images: int = 0
    gifs: int = 0
    videos: int = 0
    documents: int = 0
    mixed: bool = False
    most: int | None = None
    image_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/gif", "image/webp")
    video_types: tuple[str, ...] = ("video/mp4",)
    image_bytes: int | None = None
    gif_bytes: int | None = None
    video_bytes: int | None = None
    document_bytes: int | None = None
    video_seconds: tuple[float, float] | None = None
    alt: int = 1500
    needs: Literal["either", "text", "media", "both", "nothing"] = "either"
    ratio: tuple[float, float] | None = None
    card: bool = False


class Rules(Model):
    """`first` is for the post, `rest` for its thread or comments (none: it has no such thing)."""

    first: Part
    rest: Part | None = None
    most: int | None = None
    fits: bool = True
    """Whether Lamppost shrinks or converts a picture that is too large or of another type."""

    def part(self, index: int) -> Part:
        return self.first if index == 0 or self.rest is None else self.rest


class Complaint(Model):
    """One thing that stands in the way: the entry's number, a sentence that names the limit, and the option if it is one."""

    entry: int
    sentence: str
    option: str = ""


def check(entries: Sequence[Entry], rules: Rules, title: str) -> list[Complaint]:
    """Every complaint about `entries` under `rules`; `title` is the platform's name for the sentences."""
    if not entries:
        return [Complaint(entry=0, sentence="There is nothing to post: write a text or attach a file.")]
    found = _check_count(entries, rules, title)
    for index, entry in enumerate(entries[: None if rules.rest else 1]):
        part = rules.part(index)
        sentences = (
            *_check_text(entry, part, title),
            *_check_kinds(entry, part, title),
            *(said for media in entry.media for said in _check_file(media, part, rules.fits, title)),
        )
        found += [Complaint(entry=index, sentence=sentence) for sentence in sentences]
    return found


def _check_count(entries: Sequence[Entry], rules: Rules, title: str) -> list[Complaint]:
    if len(entries) > 1 and rules.rest is None:
        return [Complaint(entry=1, sentence=f"{title} takes a single entry: no thread and no comments.")]
    if rules.most is not None and len(entries) > rules.most:
        return [
            Complaint(
                entry=rules.most, sentence=f"{title} takes {rules.most} entries; this has {len(entries)}."
            )
        ]
    return []


def _check_text(entry: Entry, part: Part, title: str) -> list[str]:
    used = text.count(entry.text, part.count, part.url_length)
    said = []
    if used > part.length:
        said.append(f"The text is {used:,} long as {title} counts; {part.length:,} is the most.")
    if (missing := _missing(entry, part)) is not None:
        said.append(missing)
    return said


def _missing(entry: Entry, part: Part) -> str | None:
    text_there, media_there = bool(entry.text.strip()), bool(entry.media)
    match part.needs:
        case "either" if not (text_there or media_there):
            return "There is nothing to post: write a text or attach a file."
        case "text" if not text_there:
            return "A text is needed here."
        case "media" if not media_there:
            return "A picture or video is needed here."
        case "both" if not (text_there and media_there):
            return "Both a text and a picture or video are needed here."
    return None


def _check_kinds(entry: Entry, part: Part, title: str) -> list[str]:
    most: dict[Kind, int] = {
        "image": part.images,
        "gif": part.gifs,
        "video": part.videos,
        "document": part.documents,
    }
    said = []
    counts = {kind: sum(media.kind == kind for media in entry.media) for kind in most}
    for kind, number in counts.items():
        if number and not most[kind]:
            said.append(f"{title} takes no {_PLURALS[kind]} here.")
        elif number > most[kind]:
            said.append(f"{title} takes {most[kind]} {_PLURALS[kind]} at the most; there are {number}.")
    if not part.mixed and sum(number > 0 for number in counts.values()) > 1:
        kinds = " and ".join(_PLURALS[kind] for kind, number in counts.items() if number)
        said.append(f"{title} does not take {kinds} together in one entry.")
    if part.most is not None and len(entry.media) > part.most:
        said.append(f"{title} takes {part.most} files at the most; there are {len(entry.media)}.")
    return said


def _check_file(media: Media, part: Part, fits: bool, title: str) -> list[str]:
    said = []
    name = f"“{media.name}”" if media.name else "A file"
    if len(media.alt) > part.alt:
        said.append(
            f"The description of {name} is {len(media.alt):,} characters; {title} takes {part.alt:,}."
        )
    limit = _byte_limit(media, part, fits)
    if limit is not None and media.size > limit:
        said.append(f"{name} is {_megabytes(media.size)}; {title} takes {_megabytes(limit)} at the most.")
    if media.kind == "image" and not fits and media.mime not in part.image_types:
        said.append(f"{name} is {media.mime}; {title} takes {', '.join(part.image_types)}.")
    if media.kind == "video":
        said += _check_film(media, part, name, title)
    return said


def _byte_limit(media: Media, part: Part, fits: bool) -> int | None:
    limits = {
        "image": None if fits else part.image_bytes,
        "gif": part.gif_bytes,
        "video": part.video_bytes,
        "document": part.document_bytes,
    }
    return limits[media.kind]


def _check_film(media: Media, part: Part, name: str, title: str) -> list[str]:
    said = []
    if media.mime not in part.video_types:
        said.append(f"{name} is {media.mime}; {title} takes {', '.join(part.video_types)}.")
    if part.video_seconds and media.seconds is not None:
        least, most = part.video_seconds
        if not least <= media.seconds <= most:
            said.append(f"{name} is {media.seconds:.1f} s long; {title} takes {least:g} to {most:g} s.")
    return said


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
