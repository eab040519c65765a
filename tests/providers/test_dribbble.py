"""What is special about Dribbble: one picture of an exact size, an answer before the work is done, titles to look by."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock
from chalicelib.healing import bring_out
from chalicelib.models import Account, Entry, Media, Pending, Published, Receipt
from chalicelib.problems import Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import tools
from chalicelib.providers.dribbble import LOOKS, Dribbble, _escaped
from chalicelib.providers.dribbble.options import DribbbleOptions
from infra.sandbox.base import Failure
from infra.sandbox.dribbble import readable
from tests.contract.cases.dribbble import COMMIT, SHOT
from tests.contract.harness import FILES, Bench, Connected, document, movie, picture
from tests.providers.crashes import deaths

KEY = "dribbble"
ENTRY = (Entry(text="A lamp", media=(SHOT,)),)
TITLED = {"title": "A lamp"}


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and each["path"].startswith(path)]


# -- signing in ------------------------------------------------------------------------------------------


def test_an_account_that_may_not_upload_is_refused_when_it_is_connected(bench: Bench) -> None:
    with pytest.raises(Rejected, match="player or a team"):
        bench.connect(2)


def test_the_account_is_remembered_with_its_teams(bench: Bench) -> None:
    account = bench.connect().account
    assert (account.remote, account.name, account.handle) == ("2001", "Ada Lantern", "ada")
    team = {"id": 31, "name": "Lantern Works", "url": "https://dribbble.com/lantern-works"}
    assert account.data == {"teams": [team]}
    provider: Any = bench.provider
    assert list(tools(provider)) == ["teams"]
    assert provider.teams(bench.connect().session) == [team]


def test_the_secret_travels_in_the_form_never_in_the_address(bench: Bench) -> None:
    token = bench.connect().token
    (exchange,) = sent(bench, "POST", "/oauth/token")
    assert exchange["query"] == {}
    assert exchange["form"]["client_secret"] == "sandbox-dribbble-client-secret"
    assert (token.expires, token.refresh, token.scopes) == (None, None, ("public", "upload"))


def test_a_grant_without_upload_asks_for_the_person_and_sends_nothing(bench: Bench) -> None:
    connected = bench.connect(without="upload")
    with pytest.raises(Reconnect, match="right to upload"):
        connected.publish(ENTRY, TITLED)
    assert sent(bench, "POST", "/v2/shots") == []


# -- what is sent ----------------------------------------------------------------------------------------


def test_options_become_fields_and_absent_ones_are_not_sent(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(ENTRY, {**TITLED, "tags": [" a ", "", "b"], "team_id": 31, "rebound_source_id": 7})
    shown = bench.stand_in.shown[0].more
    assert shown == {
        "title": "A lamp", "tags": ["a", "b"], "team_id": "31", "rebound_source_id": "7",
    }  # fmt: skip
    (call,) = sent(bench, "POST", "/v2/shots")
    assert call["type"] == "multipart/form-data"
    connected.publish((Entry(media=(SHOT,)),), {"title": "Bare"})
    assert sent(bench, "POST", "/v2/shots")[1]["form"] == {"title": "Bare"}


def test_a_team_may_be_named_by_its_address(bench: Bench) -> None:
    bench.connect().publish(ENTRY, {**TITLED, "team": "https://dribbble.com/lantern-works/"})
    assert bench.stand_in.shown[0].more["team_id"] == "31"


@pytest.mark.parametrize(
    ("width", "height", "out"),
    [
        (800, 600, (800, 600)),
        (400, 300, (400, 300)),
        (640, 480, (400, 300)),
        (1004, 753, (800, 600)),
        (4000, 3000, (800, 600)),
    ],
)
def test_a_picture_is_sent_at_a_size_that_is_taken(
    bench: Bench, width: int, height: int, out: tuple[int, int]
) -> None:
    media = picture(f"{width}.png", width=width, height=height)[0]
    bench.connect().publish((Entry(text="x", media=(media,)),), TITLED)
    (shown,) = bench.stand_in.shown[0].media
    assert (shown["width"], shown["height"]) == out


def test_a_picture_of_the_right_size_and_type_is_sent_untouched(bench: Bench) -> None:
    bench.connect().publish(ENTRY, TITLED)
    assert bench.stand_in.shown[0].media[0]["size"] == SHOT.size


def test_a_gif_is_sent_as_it_is(bench: Bench) -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    FILES["moving"] = out.getvalue()
    moving = Media(id="moving", kind="gif", mime="image/gif", key="m", size=len(FILES["moving"]), width=400, height=300)  # fmt: skip
    bench.connect().publish((Entry(media=(moving,)),), TITLED)
    (shown,) = bench.stand_in.shown[0].media
    assert (shown["mime"], shown["size"]) == ("image/gif", len(FILES["moving"]))


def test_a_picture_whose_size_was_not_known_is_refused_before_it_is_sent(bench: Bench) -> None:
    odd = picture("odd.png", width=801, height=600)[0].model_copy(update={"width": None, "height": None})
    with pytest.raises(Rejected, match="four to three"):
        bench.connect().publish((Entry(media=(odd,)),), TITLED)
    assert sent(bench, "POST", "/v2/shots") == []


@given(st.text() | st.text(st.sampled_from("<>&;#lt amp cOpy=1/\n")))
def test_whatever_is_written_is_what_readers_see(written: str) -> None:
    assert readable(_escaped(written)) == written


def test_a_mere_ampersand_is_left_alone_in_case_the_field_is_plain_after_all() -> None:
    assert _escaped("R&D, salt & pepper, ?a=1&b=2") == "R&D, salt & pepper, ?a=1&b=2"
    assert _escaped("&lt; ?a=1&copy=2 <b>") == "&amp;lt; ?a=1&amp;copy=2 &lt;b>"


# -- after the upload ------------------------------------------------------------------------------------


def test_the_number_is_the_leading_digits_of_the_last_part_of_location(bench: Bench) -> None:
    (receipt,) = bench.connect().publish(ENTRY, TITLED)
    assert receipt.id.isdigit()
    assert receipt.url == f"https://dribbble.com/shots/{receipt.id}-A-lamp"


def test_the_number_is_kept_before_anything_else_is_asked(bench: Bench) -> None:
    outcome = bring_out(bench.connect().job(ENTRY, options=TITLED, save=bench.saved.append))
    assert isinstance(outcome, Pending)
    assert bench.saved == [{"shot": bench.stand_in.shown[0].id, "looks": 0}]


def test_a_shot_that_is_long_in_coming_is_published_all_the_same_with_its_short_address(bench: Bench) -> None:
    bench.stand_in.processing = 99
    (receipt,) = bench.connect().publish(ENTRY, TITLED)
    assert receipt.url == f"https://dribbble.com/shots/{receipt.id}"
    assert len(sent(bench, "GET", "/v2/shots/")) == LOOKS + 1
    assert len(bench.stand_in.shown) == 1


def test_trouble_in_looking_never_costs_a_shot_that_was_taken(bench: Bench) -> None:
    bench.stand_in.failures.append(Failure(path="/v2/shots/", status=503, times=2))
    (receipt,) = bench.connect().publish(ENTRY, TITLED)
    assert receipt.url.endswith("-A-lamp")


@pytest.mark.parametrize("place", ["", "https://api.dribbble.com/v2/shots/", "/v2/shots/abc", "/v2/users/7"])
def test_an_answer_without_a_shot_is_unsure(bench: Bench, place: str) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=COMMIT, status=202, headers={"Location": place}))
    with pytest.raises(Unsure):
        connected.publish(ENTRY, TITLED)


def test_a_death_around_any_request_posts_once(bench: Bench) -> None:
    connected, done = bench.connect(), 0
    for moment in deaths(connected, ENTRY, TITLED):
        assert len(bench.stand_in.shown) == 1, moment
        bench.stand_in.shown.clear()
        bench.stand_in.shots.clear()
        done += 1
    assert done > 2


def lost(connected: Connected, mode: Any) -> Any:
    connected.bench.stand_in.failures.append(Failure(path=COMMIT, mode=mode))
    job = connected.job(ENTRY, options=TITLED)
    with pytest.raises(Unsure):
        bring_out(job)
    return replace(job, doubt=job.now)


def test_a_lost_shot_is_found_by_its_title(bench: Bench) -> None:
    out = bring_out(lost(bench.connect(), "lost"))
    assert isinstance(out, Published)
    assert [each.id for each in bench.stand_in.shown] == [out.id]


def test_a_busy_account_hides_no_lost_shot(bench: Bench) -> None:
    connected = bench.connect()
    job = lost(connected, "lost")
    (number,) = bench.stand_in.shots
    for other in range(5000, 5045):
        bench.stand_in.shots[str(other)] = {**bench.stand_in.shots[number], "id": other, "title": "Another"}
    out = bring_out(job)
    assert isinstance(out, Published)
    assert out.id == number
    assert [each["query"]["page"] for each in sent(bench, "GET", "/v2/user/shots")] == ["1", "2", "3"]


def test_the_budgets_reset_in_every_answer_is_no_wait_of_its_trouble(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="/v2/user$", status=503, body="<html>busy"))
    with pytest.raises(Retry) as caught:
        bench.provider.me(connected.session)
    assert caught.value.after is None


def test_an_older_shot_of_the_same_title_is_another_one(bench: Bench) -> None:
    connected = bench.connect()
    (old,) = connected.publish(ENTRY, TITLED)
    for name in ("published_at", "updated_at"):
        bench.stand_in.shots[old.id][name] = "2020-01-01T00:00:00Z"
    out = connected.bring_out(lost(connected, "drop"))
    assert [each.id for each in bench.stand_in.shown] == [old.id, out.id]


def test_a_shot_whose_number_was_kept_is_not_looked_for_by_title(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish(ENTRY, TITLED)
    job = connected.job(ENTRY, options=TITLED, state={"shot": receipt.id, "looks": 0})
    out = bring_out(replace(job, doubt=job.now))
    assert isinstance(out, Published | Pending)
    assert sent(bench, "GET", "/v2/user/shots") == []
    assert len(bench.stand_in.shown) == 1


@pytest.mark.parametrize(
    "body", ["<html>", {}, [7], [{"title": "A lamp", "published_at": 5}], [{"title": []}]]
)
def test_a_strange_list_holds_nothing_of_ours(bench: Bench, body: Any) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="/v2/user/shots", status=200, body=body))
    assert bench.provider.look(connected.job(ENTRY, options=TITLED)) is None


def test_a_shot_that_is_gone_already_is_deleted(bench: Bench) -> None:
    connected = bench.connect()
    bench.provider.delete(connected.session, Receipt(id="77", at=clock.now()))
    bench.stand_in.failures.append(Failure(path="/v2/shots/77", status=403, body={}))
    with pytest.raises(Rejected):
        bench.provider.delete(connected.session, Receipt(id="77", at=clock.now()))


# -- refused when it is saved ----------------------------------------------------------------------------

ACCOUNT = Account(
    workspace="w",
    id="a",
    platform=KEY,
    remote="1",
    created=clock.now(),
    data={"teams": [{"id": 31, "name": "Lantern Works", "url": "https://dribbble.com/lantern-works"}]},
)
GIF = SHOT.model_copy(update={"kind": "gif", "mime": "image/gif"})


@pytest.mark.parametrize(
    ("media", "options", "sentence"),
    [
        ((), {}, "picture or video is needed"),
        ((SHOT, SHOT), {}, "1 pictures at the most"),
        ((movie(),), {}, "no videos"),
        ((document(),), {}, "no documents"),
        ((picture("wide.png", width=1600, height=900)[0],), {}, "exactly four to three"),
        ((picture("tiny.png", width=200, height=150)[0],), {}, "from 400 × 300"),
        ((GIF.model_copy(update={"width": 1600, "height": 1200}),), {}, "GIFs of 800 × 600"),
        ((GIF.model_copy(update={"size": 8_000_001}),), {}, "8.0 MB at the most"),
        ((SHOT,), {"team_id": 32}, "no such team"),
        ((SHOT,), {"team": "https://dribbble.com/others"}, "no such team"),
    ],
)
def test_what_dribbble_does_not_take_is_refused_when_it_is_saved(
    media: tuple[Media, ...], options: dict[str, Any], sentence: str
) -> None:
    said = complaints((Entry(text="x", media=media),), options)
    assert any(sentence in each for each in said), said


def test_there_is_no_thread(bench: Bench) -> None:
    assert any("no thread" in each for each in complaints((*ENTRY, Entry(text="More")), {}))


def complaints(entries: tuple[Entry, ...], options: dict[str, Any]) -> list[str]:
    chosen = DribbbleOptions.model_validate({**TITLED, **options})
    return [each.sentence for each in Dribbble().check(entries, ACCOUNT, chosen)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "title"),
        ({"title": "  "}, "needs a title"),
        ({**TITLED, "tags": [str(number) for number in range(13)]}, "12 tags"),
        ({**TITLED, "team_id": "many"}, "integer"),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        DribbbleOptions.model_validate(options)
