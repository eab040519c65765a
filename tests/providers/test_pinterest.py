"""What is special about Pinterest: boards per post, pictures that it fetches, films that it works on, Pins found again."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from chalicelib import clock
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Media, Pending, Published, Receipt
from chalicelib.problems import Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import tools
from chalicelib.providers.pinterest import Pinterest
from chalicelib.providers.pinterest.options import PinterestOptions
from infra.sandbox.base import Failure
from tests.contract.cases.pinterest import BOARD, COMMIT, pin
from tests.contract.harness import FILES, Bench, Connected, movie, picture
from tests.providers.crashes import deaths

KEY = "pinterest"
ONE = (Entry(text="One lamp", media=(picture()[0],)),)
FILM = (Entry(text="A film", media=(movie(), picture("cover.png")[0])),)


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    return [
        each for each in bench.stand_in.requests if each["method"] == method and each["path"].startswith(path)
    ]


def body(bench: Bench) -> dict[str, Any]:
    wanted: dict[str, Any] = sent(bench, "POST", "/v5/pins")[-1]["body"]
    return wanted


# -- signing in ------------------------------------------------------------------------------------------


def test_the_code_is_traded_for_a_refresh_token_that_renews_itself(bench: Bench) -> None:
    connected = bench.connect()
    assert sent(bench, "POST", "/v5/oauth/token")[0]["form"]["continuous_refresh"] == "true"
    life = connected.token.refresh_expires
    assert life is not None
    assert life - clock.now() > timedelta(days=59)


def test_a_refresh_stores_the_new_refresh_token_and_its_sixty_days(bench: Bench) -> None:
    connected = bench.connect()
    fresh = bench.provider.refresh(connected.session)
    assert fresh.refresh != connected.token.refresh
    assert fresh.refresh_expires is not None
    assert "redirect_uri" not in sent(bench, "POST", "/v5/oauth/token")[-1]["form"]
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


def test_scopes_are_asked_for_with_commas_and_read_back(bench: Bench) -> None:
    token = bench.connect().token
    assert set(token.scopes) == set(bench.provider.scopes(bench.session()))
    assert len(token.scopes) == 5


# -- what is sent ----------------------------------------------------------------------------------------


def test_options_become_the_fields_of_the_pin(bench: Bench) -> None:
    wanted = pin(section="5001", dominant_color="6E7874", alt_text="A lamp that is lit")
    bench.connect().publish(ONE, wanted)
    source = body(bench).pop("media_source")
    assert {name: value for name, value in body(bench).items() if name != "media_source"} == {
        "board_id": BOARD, "board_section_id": "5001", "title": "Lamps", "description": "One lamp",
        "link": "https://example.com/lamps?a=1&b=2", "dominant_color": "#6E7874", "alt_text": "A lamp that is lit",
    }  # fmt: skip
    assert source["source_type"] == "image_url"


def test_without_an_alt_text_of_its_own_a_pin_takes_the_pictures(bench: Bench) -> None:
    bench.connect().publish(ONE, {"board": BOARD})
    assert body(bench)["alt_text"] == "A lamp"
    assert not {"title", "link", "board_section_id", "dominant_color"} & set(body(bench))


def test_a_film_without_a_cover_shows_the_chosen_second(bench: Bench) -> None:
    for given_, frame in ((7, 7), (None, 0)):
        bench.connect().publish((Entry(media=(movie(),)),), pin(cover_key_frame_time=given_))
        assert body(bench)["media_source"]["cover_image_key_frame_time"] == frame


def test_a_film_with_a_picture_takes_it_as_its_cover(bench: Bench) -> None:
    bench.connect().publish(FILM, pin())
    source = body(bench)["media_source"]
    assert "cover.png" in source["cover_image_url"]
    assert "cover_image_key_frame_time" not in source


def test_a_picture_of_another_type_is_converted_and_a_fitting_one_left_alone(bench: Bench) -> None:
    out = BytesIO()
    Image.new("RGB", (80, 80), "red").save(out, "WEBP")
    webp = Media(
        id="webp1", kind="image", mime="image/webp", key="k", size=len(out.getvalue()), width=80, height=80
    )
    FILES["webp1"] = out.getvalue()
    bench.connect().publish((Entry(media=(webp,)),), pin())
    assert bench.stand_in.shown[-1].media[0]["mime"] in {"image/jpeg", "image/png"}
    bench.connect().publish(ONE, pin())
    assert bench.stand_in.shown[-1].media[0]["size"] == ONE[0].media[0].size
    assert "-fit" not in body(bench)["media_source"]["url"]


# -- films -----------------------------------------------------------------------------------------------


def test_a_death_around_any_request_leaves_exactly_one_pin(bench: Bench) -> None:
    connected = bench.connect()
    for moment in deaths(connected, FILM, pin()):
        assert len(bench.stand_in.shown) == 1, moment
        bench.stand_in.shown.clear()
        bench.stand_in.pins.clear()


def test_a_film_that_is_up_is_never_uploaded_again_while_it_is_worked_on(bench: Bench) -> None:
    bench.stand_in.processing = 9
    bench.connect().publish(FILM, pin())
    assert len(sent(bench, "POST", "/v5/media")) == 1
    assert len(sent(bench, "GET", "/v5/media")) == 10


def test_with_little_time_left_the_upload_waits_for_the_next_invocation(bench: Bench) -> None:
    outcome = bring_out(bench.connect().job(FILM, options=pin(), seconds_left=lambda: 12.0))
    assert isinstance(outcome, Pending)
    assert outcome.after == 1
    assert not sent(bench, "POST", "/v5/media")


def test_storage_gets_every_field_of_the_lease_the_whole_film_and_no_token(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranges: list[int] = []
    job = bench.connect().job(FILM, options=pin())
    read = type(job.files[0]).read

    def watched(self: Any, start: int = 0, end: int | None = None) -> bytes:
        ranges.append((end or 0) - start)
        return read(self, start, end)

    monkeypatch.setattr("chalicelib.streams.stream.__defaults__", (1 << 20,))
    monkeypatch.setattr(type(job.files[0]), "read", watched)
    Connected.bring_out(bench.connect(), job)
    upload = next(each for each in bench.stand_in.requests if "s3-accelerate" in each["host"])
    assert "Authorization" not in upload["headers"]
    assert int(upload["headers"]["Content-Length"]) > FILM[0].media[0].size
    assert {"x-amz-signature", "x-amz-security-token", "policy", "key", "Content-Type"} <= set(upload["form"])
    assert bench.stand_in.shown[0].media[0]["size"] == FILM[0].media[0].size
    assert max(ranges) <= 1 << 20


def test_a_film_that_pinterest_cannot_process_is_uploaded_anew_on_a_retry(bench: Bench) -> None:
    bench.stand_in.failures.append(
        Failure(path=r"/v5/media/\d+", status=200, body={"media_id": "1", "status": "failed"})
    )
    job = bench.connect().job(FILM, options=pin())
    with pytest.raises(Rejected, match="process"):
        bring_out(job)
    Connected.bring_out(bench.connect(), replace(job, state=bench.saved[-1]))
    assert len(sent(bench, "POST", "/v5/media")) == 2


# -- pictures that cannot be fetched ---------------------------------------------------------------------


def test_an_address_that_cannot_be_reached_is_tried_three_times_more(bench: Bench) -> None:
    job = bench.connect().job(ONE, options=pin())
    message = {"code": 1, "message": "Sorry! Unable to reach the URL."}
    bench.stand_in.failures.append(Failure(path=COMMIT, status=400, body=message, times=4))
    for _ in range(3):
        with pytest.raises(Retry) as retry:
            bring_out(job)
        assert retry.value.after == 60
        job = replace(job, state=bench.saved[-1])
    with pytest.raises(Rejected, match="cannot reach"):
        bring_out(job)


def test_a_picture_that_answers_with_an_error_is_not_reachable(bench: Bench) -> None:
    gone = Media(id="gone", kind="image", mime="image/png", key="gone", size=10)
    with pytest.raises(Retry, match="could not fetch"):
        bring_out(bench.connect().job((Entry(media=(gone,)),), options=pin()))


# -- after a lost answer ---------------------------------------------------------------------------------


def doubted(connected: Connected, mode: str, options: dict[str, Any] | None = None) -> Any:
    job = connected.job(ONE, options=options or pin())
    connected.bench.stand_in.failures.append(Failure(path=COMMIT, mode=mode))  # type: ignore[arg-type]
    with pytest.raises(Unsure):
        bring_out(job)
    return replace(job, doubt=job.now)


def test_a_pin_is_found_behind_others_by_its_words_and_its_time(bench: Bench) -> None:
    connected = bench.connect()
    job = doubted(connected, "lost")
    lost = bench.stand_in.shown[0].id
    for number in range(40):
        other = {**bench.stand_in.pins[lost], "id": f"9{number}", "title": f"Other {number}"}
        bench.stand_in.pins[other["id"]] = other
    found = bench.provider.look(job)
    assert isinstance(found, Published)
    assert found.id == lost
    assert len(sent(bench, "GET", f"/v5/boards/{BOARD}/pins")) == 2


def test_a_busy_board_hides_no_lost_pin_and_a_quiet_one_costs_two_pages(bench: Bench) -> None:
    connected = bench.connect()
    job = doubted(connected, "lost")
    lost = bench.stand_in.shown[0].id
    for number in range(140):
        bench.stand_in.pins[f"9{number}"] = {
            **bench.stand_in.pins[lost],
            "id": f"9{number}",
            "title": "Other",
        }
    found = bench.provider.look(job)
    assert isinstance(found, Published)
    assert found.id == lost
    asked = len(sent(bench, "GET", f"/v5/boards/{BOARD}/pins"))
    for each in bench.stand_in.pins.values():
        each["created_at"] = "2020-01-01T00:00:00"
    assert bench.provider.look(job) is None
    assert len(sent(bench, "GET", f"/v5/boards/{BOARD}/pins")) == asked + 2


def test_a_pin_that_is_gone_already_counts_as_deleted(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish(ONE, pin())
    bench.provider.delete(connected.session, receipt)
    bench.provider.delete(connected.session, receipt)


@pytest.mark.parametrize("field", ["title", "description", "link"])
def test_a_pin_that_differs_in_one_text_is_not_the_lost_one(bench: Bench, field: str) -> None:
    job = doubted(bench.connect(), "lost")
    bench.stand_in.pins[bench.stand_in.shown[0].id][field] = "something else"
    assert bench.provider.look(job) is None


def test_an_older_pin_that_says_the_same_is_not_the_lost_one(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.skew = -600
    connected.publish(ONE, pin())
    bench.stand_in.skew = 0
    job = doubted(connected, "drop")
    assert bench.provider.look(job) is None
    bring_out(job)
    assert len(bench.stand_in.shown) == 2


@pytest.mark.parametrize("made", [None, "yesterday"])
def test_where_pinterest_tells_no_time_a_person_decides(bench: Bench, made: str | None) -> None:
    job = doubted(bench.connect(), "lost")
    bench.stand_in.pins[bench.stand_in.shown[0].id]["created_at"] = made
    with pytest.raises(Unsure) as caught:
        bring_out(job)
    assert caught.value.final


# -- afterwards ------------------------------------------------------------------------------------------


@given(age=st.integers(0, 400))
def test_numbers_are_never_asked_for_more_than_89_days_back(age: int) -> None:
    asked: list[dict[str, str]] = []

    class Session:
        now = clock.now()

        def ask(self, method: str, url: str, params: dict[str, str]) -> Any:
            asked.append(params)
            return self

        def records(self, *path: str) -> list[dict[str, Any]]:
            return [{"metrics": {"SAVE": 2}}, {"metrics": {"SAVE": 3, "IMPRESSION": 1}}, {}]

    receipt = Receipt(id="1", at=Session.now - timedelta(days=age))
    numbers = Pinterest().metrics(Session(), receipt)  # type: ignore[arg-type]
    assert numbers == {"impression": 1, "pin_click": 0, "outbound_click": 0, "save": 5}
    assert asked[0]["start_date"] >= f"{Session.now - timedelta(days=89):%Y-%m-%d}"
    assert asked[0]["start_date"] <= asked[0]["end_date"]


# -- what is refused when it is saved --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"board": ""}, "Choose the board"),
        ({"board": "lamps"}, "Choose the board"),
        ({"board": "٣"}, "Choose the board"),
        (pin(section="oil"), "not the id of a section"),
        (pin(title="x" * 101), "title has 101 characters; Pinterest takes 100"),
        (pin(title="👩" * 51), "title has 102 characters"),
        (pin(alt_text="x" * 501), "501 characters; Pinterest takes 500"),
        (pin(link="example.com"), "begins with https://"),
        (pin(link="https://example.com/" + "a" * 2048), "2,048 characters"),
        (pin(dominant_color="red"), "not a colour"),
        (pin(cover_key_frame_time=-1), "greater than or equal to 0"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        PinterestOptions.model_validate(wrong)


def gif() -> Media:
    return Media(id="g", kind="gif", mime="image/gif", key="g", size=10, width=640, height=480)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (Entry(text="Only words"), "picture or video is needed"),
        (Entry(media=tuple(picture(f"{n}.png")[0] for n in range(6))), "5 pictures at the most"),
        (Entry(media=(picture()[0], picture("b.png", width=641)[0])), "same size"),
        (Entry(media=(movie(), picture()[0], picture("b.png")[0])), "one picture next to a video"),
        (Entry(media=(movie(), gif())), "one picture next to a video"),
        (Entry(media=(picture()[0], gif())), "no GIF among"),
        (Entry(media=(movie(seconds=3),)), "4 to 900 s"),
        (Entry(media=(movie(mime="video/webm"),)), "video/webm"),
        (Entry(text="x" * 801, media=ONE[0].media), "800"),
        (Entry(media=(picture(alt="x" * 501)[0],)), "500"),
    ],
)
def test_what_a_pin_cannot_hold_is_complained_about(bench: Bench, entry: Entry, sentence: str) -> None:
    options = PinterestOptions.model_validate(pin())
    said = [each.sentence for each in bench.provider.check((entry,), bench.connect().account, options)]
    assert any(sentence in each for each in said), said


def test_a_thread_is_refused_because_pinterest_has_no_comments(bench: Bench) -> None:
    options = PinterestOptions.model_validate(pin())
    said = bench.provider.check((*ONE, Entry(text="More")), bench.connect().account, options)
    assert [each.sentence for each in said] == ["Pinterest takes a single entry: no thread and no comments."]


# -- pick lists ------------------------------------------------------------------------------------------


def test_boards_are_listed_past_the_first_page_and_only_ones_own(bench: Bench) -> None:
    connected = bench.connect()
    for number in range(300):
        bench.stand_in.boards[f"7{number}"] = {**bench.stand_in.boards[BOARD], "id": f"7{number}"}
    found = bench.provider.boards(connected.session)  # type: ignore[attr-defined]
    assert len(found) == 302
    assert {"id": BOARD, "name": "Lamps", "privacy": "PUBLIC", "pins": 0} in found
    assert "549755885171" not in {board["id"] for board in found}


def test_a_board_and_a_section_are_made_and_can_be_pinned_to(bench: Bench) -> None:
    connected = bench.connect()
    (board,) = bench.provider.create_board(connected.session, name="Wicks", privacy="SECRET")  # type: ignore[attr-defined]
    assert (board["name"], board["privacy"]) == ("Wicks", "SECRET")
    (section,) = bench.provider.create_section(connected.session, board=board["id"], name="Cotton")  # type: ignore[attr-defined]
    assert bench.provider.sections(connected.session, board=board["id"]) == [section]  # type: ignore[attr-defined]
    connected.publish(ONE, {"board": board["id"], "section": section["id"]})
    assert bench.stand_in.shown[0].more["board_section_id"] == section["id"]
    with pytest.raises(Rejected):
        bench.provider.create_board(connected.session, name="Wicks")  # type: ignore[attr-defined]


def test_the_id_of_a_board_cannot_lead_elsewhere(bench: Bench) -> None:
    session = bench.connect().session
    before = len(bench.stand_in.requests)
    with pytest.raises(Rejected, match="not the id of a board"):
        bench.provider.sections(session, board="1/../../user_account")  # type: ignore[attr-defined]
    assert len(bench.stand_in.requests) == before


def test_the_tools_describe_themselves(bench: Bench) -> None:
    assert set(tools(bench.provider)) == {"boards", "sections", "create_board", "create_section"}
