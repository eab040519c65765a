"""Every condition of a write on a delivery, one by one: who comes with what was true before changes nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib import clock, decide, edit, receipts, schedule
from chalicelib.edit import Edit
from chalicelib.models import Account, Delivery, Entry, Intent, Message, Post, Published, Receipt
from chalicelib.outcomes import Run
from chalicelib.providers import PROVIDERS
from chalicelib.refusals import Refused
from chalicelib.store import accounts, deliveries, keys, posts, table
from chalicelib.store.table import Lost
from tests.tables import VERBS, Table

LEASE = timedelta(seconds=130)
NOW = clock.parse("2026-03-02T08:00:00Z")
LATER = NOW + timedelta(hours=1)
DOUBT = Intent(entry=0, at=NOW)
ACCOUNT = Account(workspace="w", id="a", platform="mastodon", remote="r", grant="g", created=NOW)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """The table in memory, a clock that stands, and the messages that were sent."""
    there, messages = Table(), list[Message]()
    for verb in VERBS:
        monkeypatch.setattr(table, verb, getattr(there, verb))
    monkeypatch.setattr(schedule, "arrange", lambda message, *_: messages.append(message))
    monkeypatch.setattr(schedule, "clear", lambda delivery: None)
    monkeypatch.setattr("chalicelib.notify.tell", lambda *_: None)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    accounts.save(ACCOUNT)
    return messages


@pytest.fixture
def part(sent: list[Message]) -> Delivery:
    """A delivery of two entries that is due now."""
    entries = (Entry(text="One"), Entry(text="Two"))
    post = Post(workspace="w", id="p", due=NOW, entries=entries, created=NOW)
    made = Delivery(workspace="w", id="p.a", post="p", account="a", platform="mastodon", entries=entries,
                    state="scheduled", due=NOW)  # fmt: skip
    posts.save(post, [made])
    return made


def stored() -> Delivery:
    found = deliveries.read("w", "p.a")
    assert found is not None
    return found


def claimed(delivery: Delivery, late: timedelta = timedelta()) -> Delivery:
    return deliveries.claim(deliveries.message(delivery), NOW + late, LEASE)[1]


def refused(deed: Callable[[], object]) -> bool:
    """Whether it was refused, and nothing was written."""
    before = stored()
    try:
        deed()
    except (Refused, Lost):
        assert stored() == before
        return True
    return False


# -- the claim -----------------------------------------------------------------------------------------------


def test_a_claim_needs_the_very_version_and_attempt(part: Delivery) -> None:
    for wrong in ({"version": 2}, {"version": 0}, {"attempt": 1}, {"attempt": -1}):
        message = deliveries.message(part).model_copy(update=wrong)
        assert refused(partial(deliveries.claim, message, NOW, LEASE)), wrong
    assert claimed(part).attempt == 1


@pytest.mark.parametrize("state", ["draft", "published", "failed", "unsure", "held", "cancelled"])
def test_only_what_is_scheduled_or_pending_is_claimed(part: Delivery, state: Any) -> None:
    deliveries.alter(part, state=state)
    assert refused(lambda: claimed(stored()))


def test_a_lease_that_an_outcome_left_behind_lets_nobody_in(part: Delivery) -> None:
    receipts_ = tuple(Receipt(id=number, at=NOW) for number in "12")
    out = deliveries.settle(claimed(part), state="published", receipts=receipts_, next=None)
    assert out.lease is not None
    assert refused(lambda: claimed(out, 2 * LEASE))


def test_what_was_claimed_is_what_is_stored(part: Delivery) -> None:
    taken = claimed(part)
    assert taken == stored()
    assert (taken.state, taken.attempt, taken.tries, taken.lease) == ("publishing", 1, 1, NOW + LEASE)


def test_what_has_its_moment_still_to_come_is_not_claimed(part: Delivery) -> None:
    for state in ("scheduled", "pending"):
        deliveries.alter(stored(), state=state, next=NOW + timedelta(seconds=3))
        assert refused(lambda: claimed(stored()))
        deliveries.alter(stored(), next=NOW + timedelta(seconds=1))
        claimed(stored())


def test_a_lease_is_good_to_its_last_moment(part: Delivery) -> None:
    first = claimed(part)
    assert refused(lambda: claimed(first, LEASE))
    assert claimed(first, LEASE + timedelta(milliseconds=1)).attempt == 2


# -- what an attempt came to ---------------------------------------------------------------------------------


def test_an_attempt_that_was_overtaken_settles_nothing(part: Delivery) -> None:
    first = claimed(part)
    claimed(first, LEASE + timedelta(seconds=1))
    assert refused(lambda: deliveries.settle(first, state="failed", lease=None))
    assert refused(lambda: deliveries.settle(first, intent=DOUBT))


def test_an_attempt_that_has_ended_settles_nothing_more(part: Delivery) -> None:
    """A person may have decided since, which counts as no attempt."""
    first = claimed(part)
    unsure = deliveries.settle(first, state="unsure", intent=DOUBT, lease=None)
    decide.resolve(unsure, out=False, url="", now=NOW)
    assert refused(lambda: deliveries.settle(first, state="failed", lease=None))


def test_an_outcome_that_stands_already_is_no_loss_but_another_one_is(part: Delivery) -> None:
    first = claimed(part)
    done = deliveries.settle(first, state="failed", lease=None, next=None)
    assert deliveries.settle(first, state="failed", lease=None, next=None) == done
    with pytest.raises(Lost):
        deliveries.settle(first, state="failed", lease=None, next=LATER)


# -- a receipt that comes late -------------------------------------------------------------------------------


def run(delivery: Delivery) -> Run:
    return Run(delivery, PROVIDERS["mastodon"], ACCOUNT, lambda: 60.0)


def test_a_late_receipt_takes_the_delivery_from_whoever_has_it(part: Delivery, sent: list[Message]) -> None:
    first = claimed(part)
    second = claimed(first, LEASE + timedelta(seconds=1))
    receipts.write(run(first), Published(id="1"))
    assert [each.id for each in stored().receipts] == ["1"]
    assert refused(lambda: deliveries.settle(second, state="failed", lease=None))
    assert sent == [deliveries.message(stored())]


def test_a_late_receipt_is_not_written_over_what_changed_since_it_was_read(part: Delivery) -> None:
    first = claimed(part)
    read = deliveries.settle(first, state="unsure", intent=DOUBT, lease=None)
    decide.resolve(read, out=True, url="https://social.example/1", now=NOW)
    again = Receipt(id="1", at=NOW)
    assert refused(lambda: deliveries.amend(read, state="scheduled", receipts=(again,), next=NOW))


def test_a_late_receipt_is_not_written_over_what_another_attempt_has_come_to_since(part: Delivery) -> None:
    first = claimed(part)
    second = claimed(first, LEASE + timedelta(seconds=1))
    read = stored()
    deliveries.settle(second, state="unsure", intent=DOUBT, lease=None)
    assert refused(
        lambda: deliveries.amend(read, state="scheduled", receipts=(Receipt(id="1", at=NOW),), next=NOW)
    )


@pytest.mark.parametrize("known", ["cancelled", "there"])
def test_a_late_receipt_is_dropped_where_it_is_known_or_wanted_no_more(part: Delivery, known: str) -> None:
    first = claimed(part)
    put = {"state": "cancelled"} if known == "cancelled" else {"receipts": (Receipt(id="by hand", at=NOW),)}
    deliveries.amend(stored(), **put)
    assert refused(lambda: receipts.write(run(first), Published(id="1")))


# -- what a person decides -----------------------------------------------------------------------------------

DEEDS: dict[str, Callable[[Delivery], object]] = {
    "cancel": lambda part: decide.cancel_delivery(part, NOW),
    "cancel the post": lambda part: decide.cancel("w", "p", NOW, (_head(), [part])),
    "move": lambda part: decide.move("w", "p", LATER, NOW, (_head(), [part])),
    "edit": lambda part: edit.apply(part, Edit(entries=(Entry(text="Other"),)), NOW),
    "retry": lambda part: decide.retry(part, NOW),
}


def _head() -> Post:
    found = posts.read("w", "p")
    assert found is not None
    return found[0]


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_tried_and_lost_its_answer_since_it_was_read_is_not_decided_on(
    part: Delivery, deed: str
) -> None:
    """It is scheduled again, under the same version, but it may be out."""
    taken = claimed(part)
    deliveries.settle(taken, state="scheduled", intent=DOUBT, lease=None, next=LATER)
    assert stored().version == part.version
    assert refused(lambda: DEEDS[deed](part))


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_in_doubt_is_not_decided_on(part: Delivery, deed: str) -> None:
    deliveries.settle(claimed(part), state="scheduled", intent=DOUBT, lease=None, next=LATER)
    assert refused(lambda: DEEDS[deed](stored()))


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_going_out_is_not_decided_on(part: Delivery, deed: str) -> None:
    claimed(part)
    assert refused(lambda: DEEDS[deed](part))


@pytest.mark.parametrize("deed", DEEDS)
def test_what_somebody_else_decided_since_it_was_read_is_not_decided_on(part: Delivery, deed: str) -> None:
    deliveries.alter(part, options={"visibility": "private"})
    assert refused(lambda: DEEDS[deed](part))


@pytest.mark.parametrize("deed", ["move", "edit"])
def test_a_thread_that_has_begun_keeps_its_words_and_its_time(part: Delivery, deed: str) -> None:
    deliveries.alter(part, receipts=(Receipt(id="1", at=NOW),))
    assert refused(lambda: DEEDS[deed](stored()))


# -- putting off, and looking away ---------------------------------------------------------------------------


def test_what_changed_since_it_was_read_is_not_put_off(part: Delivery) -> None:
    moved = deliveries.alter(part, next=LATER)
    assert refused(lambda: deliveries.defer(part, NOW))
    deliveries.alter(moved, next=NOW)
    taken = claimed(stored())
    assert refused(lambda: deliveries.defer(moved, LATER))
    assert refused(lambda: deliveries.defer(taken, LATER))
    tried = deliveries.settle(taken, state="scheduled", lease=None)
    assert refused(lambda: deliveries.defer(moved, LATER))
    assert deliveries.defer(tried, LATER).next == LATER


def test_the_sweeper_looks_away_only_from_what_it_saw(part: Delivery) -> None:
    place = keys.delivery("w", "p.a")
    seen = table.get(place) or {}
    deliveries.alter(part, next=LATER)
    moved = table.get(place)
    with pytest.raises(Lost):
        deliveries.shelve(seen, NOW + timedelta(minutes=1))
    assert table.get(place) == moved


# -- what the sweeper watches --------------------------------------------------------------------------------


def woken(late: timedelta) -> bool:
    """Whether the sweeper finds it so long after its due time."""
    moment: datetime = NOW + late + timedelta(milliseconds=1)
    return any(deliveries.waking(shard, moment) for shard in range(keys.SHARDS))


@pytest.mark.parametrize("state", ["scheduled", "pending"])
def test_what_waits_is_looked_for_a_while_after_its_moment(part: Delivery, state: Any) -> None:
    assert not woken(deliveries.GRACE - timedelta(seconds=1))
    assert woken(deliveries.GRACE)
    deliveries.alter(part, state=state, next=LATER)
    assert not woken(deliveries.GRACE)
    assert woken(LATER - NOW + deliveries.GRACE)


def test_what_is_going_out_is_looked_for_when_its_lease_ends(part: Delivery) -> None:
    taken = claimed(part, timedelta(minutes=5))
    deliveries.settle(taken, intent=DOUBT)
    assert not woken(timedelta(minutes=5) + LEASE - timedelta(seconds=1))
    assert woken(timedelta(minutes=5) + LEASE)


@pytest.mark.parametrize("state", ["draft", "published", "failed", "unsure", "held", "cancelled"])
def test_what_waits_for_nothing_or_for_a_person_is_not_looked_for(part: Delivery, state: Any) -> None:
    deliveries.alter(part, state=state)
    assert not woken(timedelta(days=400))
    deliveries.alter(stored(), state="scheduled")
    assert woken(timedelta(days=400))


def test_a_draft_is_not_looked_for_from_the_beginning(part: Delivery) -> None:
    """Nothing would ever happen to it, and it would stand at the head of every sweep."""
    deliveries.alter(part, state="cancelled")
    draft = part.model_copy(update={"id": "q.a", "post": "q", "state": "draft"})
    posts.save(Post(workspace="w", id="q", due=NOW, entries=part.entries, created=NOW), [draft])
    assert not woken(timedelta(days=400))
