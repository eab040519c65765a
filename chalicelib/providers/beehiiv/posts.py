"""A post as beehiiv wants it: content, heading and audience; empty fields are left out."""

from typing import Any

from ... import letters
from ..base import Job
from .options import BeehiivOptions


def content(job: Job) -> dict[str, Any]:
    """Everything of a post but its status and tags."""
    options: BeehiivOptions = job.options
    shown = [letters.picture(file.lasting(), file.media.alt) for file in job.files]
    tiers = {"tier_ids": list(options.audience)}
    subject, preview = options.subject, options.preview
    return _filled(
        title=options.title,
        subtitle=options.subtitle,
        body_content="\n".join([letters.body(job.entry.text), *shown]).strip(),
        post_template_id=options.post_template_id,
        thumbnail_image_url=options.thumbnail,
        recipients={"web": tiers, "email": tiers} if options.audience else {},
        email_settings=_filled(email_subject_line=subject, email_preview_text=preview),
        web_settings=_filled(slug=options.slug),
    )


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
