"""Bringing one entry out when an earlier attempt may have done so already: the rule against posting twice."""

from .answers import understood
from .models import Pending, Published
from .problems import Rejected, Unsure
from .providers.base import overrides
from .sessions import Job


def bring_out(job: Job) -> Published | Pending:
    """Publishes, healing a doubt first; raises `Unsure` where only a person can know."""
    if job.doubt is None:
        return job.provider.publish(job)
    found = _look(job) if _must_look(job) else None
    if found is not None:
        return found
    try:
        return job.provider.publish(job)
    except Rejected:  # it may be refused for being out already: a duplicate, files that are used up
        found = _look(job) if overrides(job.provider, "look") else None
        if found is None:
            raise
        return found


def _must_look(job: Job) -> bool:
    """A key that is still remembered, or an id of our own, makes the same request harmless."""
    provider, age = job.provider, job.now - (job.doubt or job.now)
    if provider.repeatable == "id":
        return False
    if provider.repeatable == "key":
        return provider.key_life is not None and age > provider.key_life
    return True


def _look(job: Job) -> Published | Pending | None:
    try:
        if overrides(job.provider, "look"):
            with understood(job.provider.title):  # an unreadable post may be the very one
                return job.provider.look(job)
        title = job.provider.title
        raise Unsure(f"{title} cannot tell whether the post is out. Look there, then say what you saw.")
    except Unsure as unsure:
        unsure.final = True
        raise
