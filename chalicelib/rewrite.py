"""A whole saved post said otherwise: its texts, accounts, options and time, in one write."""

import secrets
from datetime import datetime
from typing import Any

from . import compose, decide, edit, notify, outcomes, reviews
from .compose import Draft, Target
from .decide import Found
from .models import Account, Delivery, Model, Post, State
from .refusals import Refused, changed_meanwhile
from .store import deliveries, posts
from .store.table import Lost


class Kept(Model):
    """A delivery that stays as it is, though something else was asked, and why."""

    account: str
    code: str
    sentence: str


class Plan(Model):
    """What a rewrite comes to: deliveries before and after, targets that are new, and what stays."""

    changed: tuple[tuple[Delivery, Delivery], ...] = ()
    added: tuple[Target, ...] = ()
    kept: tuple[Kept, ...] = ()


def rewrite(found: Found, draft: Draft, now: datetime) -> tuple[Kept, ...]:
    """Makes a post, as it was read, what a draft says; what is out already or going out stays, and is told.

    An account that is left out is cancelled, a new one gets a delivery, one that says the same is not touched.
    Where all stays though something else was asked, and where anything wrong was asked, nothing is written.
    """
    head, parts = found
    asked, (draft, review) = draft, reviews.of_rewrite(head, draft, now)
    plan = _plan(parts, draft)
    if plan.kept and not plan.changed and not plan.added:
        details = [each.model_dump() for each in plan.kept]
        raise Refused(409, "not-editable", plan.kept[0].sentence, details)
    put: dict[str, Any] = {name: getattr(draft, name) for name in ("due", "zone", "entries", "tags")}
    put |= review
    if not plan.changed and not plan.added and all(getattr(head, name) == put[name] for name in put):
        return ()
    known = _refuse_wrong(head.workspace, parts, plan, asked, now)
    moved = {part.id for part, after in plan.changed if after.due == draft.due}
    put["apart"] = any(part.due != draft.due for part in parts if part.id not in moved)
    _write(head, put, plan, draft, known, now)
    if review:
        reviews.tell(head.model_copy(update=review))
    return plan.kept


def _plan(parts: list[Delivery], draft: Draft) -> Plan:
    if not draft.targets:
        raise Refused(422, "no-account", "Choose at least one account to post to, or cancel the post.")
    targets = {target.account: target for target in draft.targets}
    if len(targets) < len(draft.targets):
        raise Refused(422, "account-twice", "An account is named twice.")
    changed, kept = [], []
    for part in parts:
        target = targets.pop(part.account, None)
        try:
            after = _after(part, target, draft) if target else _without(part)
        except Refused as refused:
            kept.append(Kept(account=part.account, code=refused.code, sentence=refused.sentence))
        else:
            changed += [] if after == part else [(part, after)]
    return Plan(changed=tuple(changed), added=tuple(targets.values()), kept=tuple(kept))


def _after(part: Delivery, target: Target, draft: Draft) -> Delivery:
    """A delivery as the draft wants it; one that already says so is itself."""
    if part.state == "cancelled":
        sentence = "This was cancelled and stays so. Write a new post to have it go out here."
        raise Refused(409, "cancelled", sentence)
    asked = {"entries": compose.entries_of(draft, target), "options": target.options, "due": draft.due}
    same = all(getattr(part, name) == asked[name] for name in asked)
    if same and (part.state == "draft") == draft.draft:
        return part
    state: State = "draft" if draft.draft else "held" if part.state == "held" else "scheduled"
    edit.editable(part, state)
    return part.model_copy(update={**asked, "state": state})


def _without(part: Delivery) -> Delivery:
    """A delivery whose account is left out; what is cancelled already stays so."""
    if part.state == "cancelled":
        return part
    if part.state == "published":
        raise Refused(409, "out-already", "This is out already; leaving its account out takes nothing back.")
    edit.editable(part, "cancelled")
    return part.model_copy(update={"state": "cancelled"})


def _refuse_wrong(
    workspace: str, parts: list[Delivery], plan: Plan, draft: Draft, now: datetime
) -> dict[str, Account]:
    """Refuses what could not be posted as it would be then; the accounts of what is new or different."""
    if len(parts) + len(plan.added) > compose.MOST:
        raise Refused(422, "too-many-accounts", f"A post goes to {compose.MOST} accounts at the most.")
    touched = {after.account for _, after in plan.changed if after.state != "cancelled"}
    touched |= {target.account for target in plan.added}
    left = tuple(target for target in draft.targets if target.account in touched)
    return compose.refuse_wrong(workspace, draft.model_copy(update={"targets": left}), now) if left else {}


def _write(
    head: Post, put: dict[str, Any], plan: Plan, draft: Draft, known: dict[str, Account], now: datetime
) -> None:
    after = head.model_copy(update=put)
    done = [each.model_copy(update=edit.written(part, each)) for part, each in plan.changed]
    changes = [
        deliveries.change_of(each, edit.written(part, each), deliveries.unchanged(part))
        for (part, _), each in zip(plan.changed, done, strict=True)
    ]
    fresh = [compose.fresh(after, draft, target, known[target.account]) for target in plan.added]
    try:
        posts.alter(head, changes, put=put, token=secrets.token_hex(16), fresh=fresh)
    except Lost as lost:
        raise changed_meanwhile() from lost
    for part, _ in plan.changed:
        decide.unschedule(part)
    for each in (*done, *fresh):
        edit.send_off(each, now)
        notify.tell("post.updated", each.workspace, outcomes.told(each))
