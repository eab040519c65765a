"""What every platform must do, whatever it is."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.models import Published, Receipt
from chalicelib.problems import Expired, Problem, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import overrides
from chalicelib.signin import Form, OAuth2
from infra.sandbox.base import Failure
from tests.contract.harness import Bench, Connected, Refused


def kinds(bench: Bench) -> list[str]:
    return list(bench.case.entries)


def test_the_suite_finds_who_signed_in(bench: Bench) -> None:
    first, second = bench.connect(0).account, None
    assert first.remote
    assert first.name
    if len(bench.stand_in.people) > 1 and not isinstance(bench.provider.auth, Form):
        second = bench.connect(1).account
        assert second.remote != first.remote


def test_a_token_stands_in_no_log_and_in_no_profile(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    connected = bench.connect()
    connected.publish(first_entries(bench), first_options(bench))
    told = caplog.text + connected.account.model_dump_json()
    for secret in (connected.token.access, connected.token.refresh, connected.token.secret):
        assert not secret or secret not in told


def test_every_kind_of_entry_arrives_as_it_was_written(bench: Bench) -> None:
    connected = bench.connect()
    for kind, entries in bench.case.entries.items():
        before = len(bench.stand_in.shown)
        receipts = connected.publish(entries, bench.case.options.get(kind))
        shown = bench.stand_in.shown[before:]
        assert len(receipts) == len(entries), kind
        assert all(receipt.id for receipt in receipts), kind
        assert receipts[0].url.startswith(("http://", "https://")), kind
        if kind not in bench.case.textless:
            assert [post.text for post in shown] == [entry.text for entry in entries], kind
        assert [len(post.media) for post in shown] == [len(entry.media) for entry in entries], kind


def test_entries_that_the_rules_allow_are_not_complained_about(bench: Bench) -> None:
    account = bench.connect().account
    for kind, entries in bench.case.entries.items():
        options = bench.provider.Options.model_validate(bench.case.options.get(kind, {}))
        assert bench.provider.check(entries, account, options) == [], kind


def test_a_text_that_is_too_long_is_refused_when_it_is_saved(bench: Bench) -> None:
    account = bench.connect().account
    entries = first_entries(bench)
    options = bench.provider.Options.model_validate(first_options(bench))
    length = bench.provider.rules_for(account, options).first.length
    long = (entries[0].model_copy(update={"text": "é " * length}), *entries[1:])
    complaints = bench.provider.check(long, account, options)
    assert any(f"{length:,}" in complaint.sentence for complaint in complaints)


def test_every_row_of_the_error_table_becomes_its_problem(bench: Bench) -> None:
    connected = bench.connect()
    for refusal in bench.case.refusals:
        problem = provoke(connected, refusal)
        assert type(problem) is refusal.problem, (refusal, problem)
        assert refusal.mark in problem.sentence, (refusal, problem.sentence)
        if refusal.after is not None:
            assert problem.after == pytest.approx(refusal.after, abs=5), refusal


def test_every_fault_of_the_table_is_provoked_by_the_case(bench: Bench) -> None:
    connected = bench.connect()
    said = {provoke(connected, refusal).sentence for refusal in bench.case.refusals}
    assert {fault.sentence for fault in bench.provider.faults} <= said


def test_trouble_of_the_platform_before_the_commit_is_a_retry(bench: Bench) -> None:
    if not bench.case.ask:
        pytest.skip("this platform's only call is the commit")
    connected = bench.connect()
    for failure in (Failure(status=503, path=bench.case.ask), Failure(mode="drop", path=bench.case.ask)):
        with pytest.raises(Retry):
            run_asking(connected, failure)
        assert bench.stand_in.shown == []


def test_a_lost_answer_to_the_commit_is_unsure_and_then_healed_once(bench: Bench) -> None:
    for kind, ending in bench.case.lost.items():
        for mode in ("lost", "drop"):
            bench.stand_in.reset()
            connected = bench.connect()
            entries, options = bench.case.entries[kind], bench.case.options.get(kind)
            job = connected.job(entries, options=options)
            bench.stand_in.failures.append(at_commit(bench, mode=mode))
            with pytest.raises(Unsure):
                connected.bring_out(job)
            doubt = job.now
            state = bench.saved[-1] if bench.saved else None
            later = replace(
                job, doubt=doubt, state=state, now=clock.now() + timedelta(seconds=bench.provider.heal_after)
            )
            if ending == "unsure":
                with pytest.raises(Unsure):
                    connected.bring_out(later)
                continue
            out = connected.bring_out(later)
            assert isinstance(out, Published)
            assert len(bench.stand_in.shown) == 1, (kind, mode)
            assert out.id
            bench.saved.clear()


def test_a_failing_platform_in_the_commit_is_unsure_never_a_retry(bench: Bench) -> None:
    connected = bench.connect()
    kind, entries = next(iter(bench.case.entries.items()))
    bench.stand_in.failures.append(at_commit(bench, status=502, body="<html>bad gateway"))
    with pytest.raises(Unsure):
        connected.bring_out(connected.job(entries, options=bench.case.options.get(kind)))


@pytest.mark.parametrize(
    "body", ["<html>hello", '{"id": ', "[]", '"text"', "null", "{}", '{"id": {"a": []}}']
)
def test_an_answer_that_cannot_be_read_is_a_problem_not_a_crash(bench: Bench, body: str) -> None:
    connected = bench.connect()
    kind, entries = next(iter(bench.case.entries.items()))
    bench.stand_in.failures.append(at_commit(bench, status=200, body=body))
    with pytest.raises(Problem) as caught:
        connected.bring_out(connected.job(entries, options=bench.case.options.get(kind)))
    assert isinstance(caught.value, Unsure | Retry | Rejected)


def test_an_ended_token_is_expired_or_needs_the_person(bench: Bench) -> None:
    if bench.stand_in.token_life is None:
        pytest.skip("tokens do not end here")
    connected = bench.connect()
    bench.stand_in.expire_tokens()
    with pytest.raises((Expired, Reconnect)):
        connected.publish(first_entries(bench), first_options(bench))


def test_a_refreshed_token_publishes(bench: Bench) -> None:
    if not connected_refreshes(bench):
        pytest.skip("this platform refreshes nothing")
    connected = bench.connect()
    bench.stand_in.expire_tokens()
    connected.token = bench.provider.refresh(connected.session)
    connected.publish(first_entries(bench), first_options(bench))
    assert len(bench.stand_in.shown) >= 1


def test_a_refused_refresh_asks_for_the_person_and_a_busy_one_does_not(bench: Bench) -> None:
    if not connected_refreshes(bench):
        pytest.skip("this platform refreshes nothing")
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(status=503))
    with pytest.raises(Retry):
        bench.provider.refresh(connected.session)
    bench.stand_in.reset()
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


def test_a_published_entry_is_deleted_where_the_platform_can(bench: Bench) -> None:
    if not overrides(bench.provider, "delete"):
        pytest.skip("this platform deletes nothing")
    connected = bench.connect()
    receipts = connected.publish(first_entries(bench), first_options(bench))
    bench.provider.delete(connected.session, receipts[0])
    assert bench.stand_in.find(receipts[0].id) is None or bench.stand_in.shown == []


def test_numbers_are_counted_where_the_platform_has_them(bench: Bench) -> None:
    if not overrides(bench.provider, "metrics"):
        pytest.skip("this platform tells no numbers")
    connected = bench.connect()
    receipts = connected.publish(first_entries(bench), first_options(bench))
    numbers = bench.provider.metrics(connected.session, receipts[0])
    assert numbers
    assert all(isinstance(value, int) for value in numbers.values())


def test_revoking_ends_the_token_at_the_platform(bench: Bench) -> None:
    auth = bench.provider.auth_for(bench.session())
    if not (overrides(bench.provider, "revoke") or (isinstance(auth, OAuth2) and auth.revoke)):
        pytest.skip("this platform revokes nothing")
    connected = bench.connect()
    bench.provider.revoke(connected.session)
    with pytest.raises((Expired, Reconnect)):
        connected.publish(first_entries(bench), first_options(bench))


def test_the_intent_is_on_record_before_the_commit_leaves(bench: Bench) -> None:
    connected = bench.connect()
    seen: list[int] = []
    job = connected.job(first_entries(bench), options=first_options(bench))
    job.intend = lambda: seen.append(len(bench.stand_in.shown))
    connected.bring_out(job)
    assert seen == [0]
    assert len(bench.stand_in.shown) == 1


# -- how ------------------------------------------------------------------------------------------------


def first_entries(bench: Bench) -> Any:
    return next(iter(bench.case.entries.values()))


def first_options(bench: Bench) -> dict[str, Any]:
    return bench.case.options.get(next(iter(bench.case.entries)), {})


def at_commit(bench: Bench, **what: Any) -> Failure:
    """A failure of the request that makes an entry public."""
    return Failure(path=bench.case.commit, method=bench.case.commit_method, **what)


def connected_refreshes(bench: Bench) -> bool:
    auth = bench.provider.auth_for(bench.session())
    return overrides(bench.provider, "refresh") or (isinstance(auth, OAuth2) and auth.refreshes)


def provoke(connected: Connected, refusal: Refused) -> Problem:
    """Orders the answer at the commit (or at its own path) and publishes the first kind of entry."""
    headers = dict(refusal.headers)
    for name, (seconds, form) in refusal.resets.items():
        moment = clock.now() + timedelta(seconds=seconds)
        headers[name] = {"iso": clock.iso(moment), "epoch": str(int(moment.timestamp()))}[form]
    bench = connected.bench
    bench.stand_in.failures[:] = [
        Failure(
            path=refusal.path or bench.case.commit,
            method="" if refusal.path else bench.case.commit_method,
            status=refusal.status,
            headers=headers,
            body=refusal.body,
            times=refusal.times,
        )
    ]
    kinds_tried = bench.case.entries if refusal.path else dict([next(iter(bench.case.entries.items()))])
    for kind, entries in kinds_tried.items():
        try:
            connected.publish(entries, bench.case.options.get(kind))
        except Problem as problem:
            return problem
    raise AssertionError(f"no kind of entry met {refusal}")


def run_asking(connected: Connected, failure: Failure) -> tuple[Receipt, ...]:
    """Publishes kinds of entry until one meets the failure."""
    bench = connected.bench
    bench.stand_in.failures[:] = [failure]
    for kind, entries in bench.case.entries.items():
        before = len(bench.stand_in.shown)
        receipts = connected.publish(entries, bench.case.options.get(kind))
        del bench.stand_in.shown[before:]
    return receipts
