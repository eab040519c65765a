"""A post as a campaign of listmonk's: its fields, its pictures, and the mark that it is found by."""

import html
import re
from collections.abc import Sequence
from typing import Any

from ... import letters
from ..base import File, Job
from .options import TYPES, ListmonkOptions

#: Once started there is no way back to a draft: mail is on its way, was sent, or was stopped there by a person.
STARTED = frozenset({"running", "scheduled", "paused", "finished", "cancelled"})

_OPENING = re.compile(r"\{(?=\{)")
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
#: A template that writes the two braces that would begin one.
_BRACES = '{{ "{{" }}'


def fields(job: Job, pictures: Sequence[str]) -> dict[str, Any]:
    """The campaign as listmonk wants it; `pictures` are addresses at the server, in the order of the files."""
    options: ListmonkOptions = job.options
    wanted = {
        "name": f"{options.subject[:1900]} ({letters.mark(job.key)})",
        "subject": _words(options.subject, options),
        "lists": [options.list],
        "type": "regular",
        "content_type": "html",
        "messenger": "email",
        "body": _body(job, pictures),
        "altbody": _words(job.entry.text, options),
        "tags": [*options.tags, letters.mark(job.key)],
        "archive": options.archive,
        "template_id": options.template,
        "from_email": options.from_email,
    }
    return {name: value for name, value in wanted.items() if value}


def _body(job: Job, pictures: Sequence[str]) -> str:
    shown = [letters.picture(url, file.media.alt) for url, file in zip(pictures, job.files, strict=True)]
    whole = letters.preheader(job.options.preview) + "\n".join([letters.body(job.entry.text), *shown]).strip()
    if job.options.allow_template:
        return _EXPRESSION.sub(lambda found: html.unescape(found[0]), whole)
    return _OPENING.sub("&#123;", whole)


def _words(said: str, options: ListmonkOptions) -> str:
    """Text for a field that listmonk reads as a template too: no braces of a person's may begin an expression."""
    return said if options.allow_template else said.replace("{{", _BRACES)


def upload(job: Job, file: File) -> str:
    """Takes a picture to the server, whose readers fetch it from there; its address."""
    fitted = file.fit(TYPES) if file.media.kind == "image" else None
    data, mime = (fitted.data, fitted.mime) if fitted else (file.read(), file.media.mime)
    name = f"{job.key[:8]}-{file.media.id}.{mime.partition('/')[2]}"
    made = job.ask("POST", "/api/media", files={"file": (name, data, mime)})
    return job.provider.absolute(job, made.pick("data", "url"))
