"""LinkedIn's files: pictures that rest, documents in one stream, films part by part through any crash."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.healing import bring_out
from chalicelib.models import Entry, Media, Pending, Published
from chalicelib.problems import Rejected, Retry
from infra.sandbox.base import Failure
from infra.sandbox.linkedin.uploads import PART
from tests.contract.cases.linkedin import LINK, POLL, pictures
from tests.contract.harness import FILES, Bench, Connected, document, movie, picture

KEY = "linkedin"


class Killed(BaseException):
    """The process, gone."""


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and path in each["path"]]


def killed_at(number: int, saved: list[Any]) -> Any:
    """A `save` that keeps what it was given and dies in its `number`th call."""

    def save(state: dict[str, Any]) -> None:
        saved.append(json.loads(json.dumps(state)))
        if len(saved) == number:
            raise Killed

    return save


# -- files -----------------------------------------------------------------------------------------------


def test_pictures_wait_once_because_a_member_may_not_read_their_state(bench: Bench) -> None:
    connected = bench.connect()
    entry = (Entry(text="Two", media=pictures(2)),)
    job = connected.job(entry)
    outcome = bring_out(job)
    assert isinstance(outcome, Pending)
    assert outcome.after == 20
    assert bench.stand_in.shown == []
    assert isinstance(bring_out(replace(job, state=outcome.state)), Published)
    assert sent(bench, "GET", "/rest/images") == []
    assert [each["alt"] for each in bench.stand_in.shown[0].media] == ["Lamp 0", "Lamp 1"]


def test_a_picture_of_another_type_is_converted_and_a_gif_is_not(bench: Bench) -> None:
    import io

    from PIL import Image

    for kind, form, mime in (("image", "WEBP", "image/webp"), ("gif", "GIF", "image/gif")):
        out = io.BytesIO()
        Image.new("RGB", (40, 30), "red").save(out, form)
        FILES[form] = out.getvalue()
        media = Media(id=form, kind=kind, mime=mime, key=form, size=len(FILES[form]), name=form)
        bench.connect().publish((Entry(text=form, media=(media,)),))
    webp, gif = (shown.media[0] for shown in bench.stand_in.shown)
    assert webp["mime"] in {"image/jpeg", "image/png"}
    assert (gif["mime"], gif["size"]) == ("image/gif", len(FILES["GIF"]))


def test_a_document_arrives_whole_and_has_a_title(bench: Bench) -> None:
    import hashlib

    paper = document("plans.pdf", size=PART + 5)
    bench.connect().publish((Entry(text="Plans", media=(paper,)),))
    (shown,) = bench.stand_in.shown
    assert shown.media[0]["sha256"] == [hashlib.sha256(FILES[paper.id]).hexdigest()]
    assert shown.media[0]["mime"] == "application/pdf"
    assert shown.more["content"]["media"]["title"] == "plans.pdf"


@pytest.mark.parametrize(("named", "title"), [({}, "slides"), ({"carousel_name": "A walk"}, "A walk")])
def test_pictures_become_one_document_to_leaf_through(
    bench: Bench, named: dict[str, str], title: str
) -> None:
    options = {"post_as_images_carousel": True, **named}
    bench.connect().publish((Entry(text="A walk", media=pictures(3)),), options)
    (shown,) = bench.stand_in.shown
    assert [(each["kind"], each["mime"]) for each in shown.media] == [("document", "application/pdf")]
    assert shown.more["content"]["media"]["title"] == title


def test_a_link_card_says_what_it_is_told_without_escapes(bench: Bench) -> None:
    media = (picture("card.png")[0],)
    bench.connect().publish((Entry(text="A card", media=media),), {"link": LINK})
    (shown,) = bench.stand_in.shown
    article = shown.more["content"]["article"]
    assert article.pop("thumbnail") == shown.media[0]["urn"]
    assert article == {"source": LINK["url"], "title": LINK["title"], "description": LINK["description"]}


def test_the_picture_of_a_link_card_may_be_an_address(bench: Bench) -> None:
    image = "https://media.licdn.com/lamp.png"
    bench.connect().publish((Entry(text="A card"),), {"link": {**LINK, "image": image}})
    (shown,) = bench.stand_in.shown
    assert shown.more["content"]["article"]["thumbnail"] == shown.media[0]["urn"]
    assert shown.media[0]["mime"] == "image/png"


@pytest.mark.parametrize("image", ["https://media.licdn.com/gone.png", "https://media.licdn.com/page.html"])
def test_a_link_card_whose_picture_cannot_be_had_goes_without(bench: Bench, image: str) -> None:
    bench.connect().publish((Entry(text="A card"),), {"link": {**LINK, "image": image}})
    assert "thumbnail" not in bench.stand_in.shown[0].more["content"]["article"]


def test_a_poll_asks_what_it_is_told(bench: Bench) -> None:
    bench.connect().publish((Entry(text="You decide"),), {"poll": POLL})
    assert bench.stand_in.shown[0].more["content"]["poll"] == {
        "question": "Which lamp?",
        "options": [{"text": "Oil"}, {"text": "Gas"}, {"text": "LED"}],
        "settings": {"duration": "SEVEN_DAYS"},
    }


# -- video, part by part ---------------------------------------------------------------------------------

FILM = movie("parts.mp4", size=2 * PART + 77)
FILM_ENTRY = (Entry(text="A film", media=(FILM,)),)


def sums() -> list[str]:
    import hashlib

    data = FILES[FILM.id]
    return [hashlib.sha256(data[start : start + PART]).hexdigest() for start in range(0, len(data), PART)]


def finish(connected: Connected, state: Any) -> None:
    connected.bring_out(connected.job(FILM_ENTRY, state=state))
    (shown,) = connected.bench.stand_in.shown
    assert shown.media[0]["sha256"] == sums()
    assert shown.id.startswith("urn:li:ugcPost:")


def test_the_parts_are_sent_in_order_without_the_token(bench: Bench) -> None:
    finish(bench.connect(), None)
    parts = sent(bench, "PUT", "/dms-uploads/")
    assert [each["path"].rpartition("/")[2] for each in parts] == ["0", "1", "2"]
    assert all("Authorization" not in each["headers"] for each in parts)
    assert {each["type"] for each in parts} == {"application/octet-stream"}


@pytest.mark.parametrize("number", range(1, 7))
def test_a_crash_after_any_save_goes_on_from_there_and_sends_no_part_again(bench: Bench, number: int) -> None:
    connected, saved = bench.connect(), list[Any]()
    with pytest.raises(Killed):
        bring_out(connected.job(FILM_ENTRY, save=killed_at(number, saved)))
    finish(connected, saved[-1])
    assert len(sent(bench, "PUT", "/dms-uploads/")) == 3
    assert len(sent(bench, "POST", "/rest/videos")) == 2  # begun and put together, each once


@pytest.mark.parametrize("path", ["/dms-uploads/.*/0", "/dms-uploads/.*/1", "/dms-uploads/.*/2"])
@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_a_line_cut_in_a_part_resumes_with_that_part(bench: Bench, path: str, mode: Any) -> None:
    connected, saved = bench.connect(), list[Any]()
    bench.stand_in.failures.append(Failure(path=path, mode=mode))
    with pytest.raises(Retry):
        bring_out(connected.job(FILM_ENTRY, save=killed_at(0, saved)))
    finish(connected, saved[-1])
    assert len(sent(bench, "PUT", "/dms-uploads/")) == 4


def test_a_lost_answer_to_the_putting_together_does_not_do_it_twice(bench: Bench) -> None:
    connected, saved = bench.connect(), list[Any]()
    order = Failure(path="/rest/videos$", method="POST", mode="lost", times=0)
    bench.stand_in.failures.append(order)

    def save(state: dict[str, Any]) -> None:
        saved.append(json.loads(json.dumps(state)))
        order.times = int(bool(state["upload"] and state["upload"]["closing"]))

    with pytest.raises(Retry):
        bring_out(connected.job(FILM_ENTRY, save=save))
    finish(connected, saved[-1])


def test_an_upload_goes_on_in_the_next_run_when_the_time_is_short(bench: Bench) -> None:
    connected = bench.connect()
    left = iter([60.0, 60.0, 5.0])
    outcome = bring_out(connected.job(FILM_ENTRY, seconds_left=lambda: next(left)))
    assert isinstance(outcome, Pending)
    assert (outcome.after, len(outcome.state["upload"]["etags"])) == (1, 1)
    finish(connected, outcome.state)


def test_an_address_that_has_ended_begins_the_upload_anew_and_keeps_the_token(bench: Bench) -> None:
    connected, saved = bench.connect(), list[Any]()
    bench.stand_in.failures.append(Failure(path="/dms-uploads/.*/1", status=401))
    with pytest.raises(Retry, match="anew") as caught:
        bring_out(connected.job(FILM_ENTRY, save=killed_at(0, saved)))
    assert caught.value.after == 1
    assert saved[-1]["upload"] is None
    finish(connected, saved[-1])
    assert len(sent(bench, "POST", "/rest/videos")) == 3  # begun twice


def test_a_film_that_linkedin_cannot_read_is_rejected_with_its_reason(bench: Bench) -> None:
    connected = bench.connect()
    body = {"status": "PROCESSING_FAILED", "processingFailureReason": "CODEC"}
    bench.stand_in.failures.append(Failure(path="/rest/videos/", status=200, body=body))
    with pytest.raises(Rejected, match="could not read") as caught:
        connected.publish(FILM_ENTRY)
    assert "CODEC" in caught.value.words
    assert bench.stand_in.shown == []


@pytest.mark.parametrize("told", [None, [], [{"uploadUrl": "x"}], [{"firstByte": "a"}], "text", [7]])
def test_strange_upload_instructions_are_a_retry(bench: Bench, told: Any) -> None:
    connected = bench.connect()
    body = {"value": {"video": "urn:li:video:1", "uploadInstructions": told}}
    bench.stand_in.failures.append(Failure(path="/rest/videos$", status=200, body=body))
    with pytest.raises(Retry):
        connected.publish(FILM_ENTRY)
