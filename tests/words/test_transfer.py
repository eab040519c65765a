"""A workspace taken along and brought in again: complete, without secrets, row by row, and never twice."""

import io
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from chalicelib import clock, library, sheets
from chalicelib.api import imports, rows, tables
from chalicelib.store import whole
from tests.test_api import Site, at, refusal
from tests.words.asks import post

HEAD = "when,accounts,text"


def table(*rows: str, head: str = HEAD, **more: Any) -> dict[str, Any]:
    return {"csv": "\n".join([head, *rows]), **more}


def take(site: Site, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Every row, page after page."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = site.call("POST", "/v1/import", {**body, "start": body.get("start", len(rows))})
        assert answer.status_code == 200, answer.body
        rows += answer.json_body["rows"]
        if answer.json_body["next"] is None:
            return rows
        assert answer.json_body["next"] == len(rows)


def posts_of(site: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = site.call("GET", f"/v1/posts?from={at()}&to={at(days=400)}").json_body[
        "posts"
    ]
    return found


def sentences(row: dict[str, Any]) -> str:
    return " ".join(each["sentence"] for each in row["complaints"])


# -- import --------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_be_and_saves_nothing(site: Site, mastodon: str) -> None:
    body = table(
        "2027-03-04 18:00,@ada,Hello",
        "2020-01-01 10:00,ada@mastodon.sandbox,Too late",
        f"2027-03-05 18:00,{mastodon},{'x' * 501}",
        "2027-03-06 18:00,nobody,Hello",
        "tomorrow,ada,Hello",
        zone="Europe/Berlin",
        dry_run=True,
    )
    # “@ada” alone is no account's name or handle here
    rows = take(site, body)
    assert [(row["row"], row["ok"]) for row in rows] == [
        (2, False),
        (3, False),
        (4, False),
        (5, False),
        (6, False),
    ]
    assert "There is no account “@ada” here." in sentences(rows[0])
    assert "is in the past" in sentences(rows[1])
    assert "500 is the most" in sentences(rows[2])
    assert "“tomorrow” is not a day" in sentences(rows[4])
    good = take(site, table("2027-03-04 18:00,Ada Lantern,Hello", zone="Europe/Berlin", dry_run=True))[0]
    assert (good["ok"], good["due"], good["accounts"]) == (True, "2027-03-04T17:00:00Z", [mastodon])
    assert posts_of(site) == []


def test_good_rows_are_saved_once_however_often_and_bad_ones_stop_nobody(site: Site, mastodon: str) -> None:
    body = table(
        "2027-03-04 18:00,Ada Lantern,One",
        "nonsense,Ada Lantern,Two",
        "draft,mastodon:@ada@mastodon.sandbox,Three",
    )
    first, again = take(site, body), take(site, body)
    assert [row["ok"] for row in first] == [True, False, True]
    assert [row["post"] for row in first] == [row["post"] for row in again]
    assert sorted(each["entries"][0]["text"] for each in posts_of(site)) == ["One"]
    assert site.call("GET", f"/v1/posts/{first[2]['post']}").json_body["state"] == "draft"


def test_a_row_that_stumbles_is_told_and_the_others_go_on(
    site: Site, mastodon: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = rows.composed

    def stumbling(reader: Any, row: Any, *more: Any) -> Any:
        if row.cells["text"] == "Two":
            raise KeyError("a bug")
        return composed(reader, row, *more)

    monkeypatch.setattr(imports, "composed", stumbling)
    told = take(site, table(*(f"2027-03-04 18:00,Ada Lantern,{each}" for each in ("One", "Two", "Three"))))
    assert [row["ok"] for row in told] == [True, False, True]
    assert "Send the same table again" in sentences(told[1])


def test_a_long_table_is_taken_in_pages(site: Site, mastodon: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "WORKS", clock.now() - clock.now())
    body = table(*(f"2027-03-0{day} 18:00,Ada Lantern,Text {day}" for day in range(1, 5)))
    assert [row["row"] for row in take(site, body)] == [2, 3, 4, 5]
    assert len(posts_of(site)) == 4


def test_the_same_text_within_a_day_is_warned_of_and_refused(site: Site, mastodon: str) -> None:
    site.call("POST", "/v1/posts", post(mastodon, text="Hello", when="2027-03-04T12:00:00Z"))
    body = table("2027-03-04 18:00,Ada Lantern,hello")
    for more in ({"dry_run": True}, {"dry_run": False}):
        (row,) = take(site, {**body, **more})
        assert not row["ok"]
        assert "The same text is to go out" in sentences(row)
    assert take(site, {**body, "again": True})[0]["ok"]


def test_everything_that_a_row_may_say(site: Site, mastodon: str, pinterest: str) -> None:
    head = "Date;Time;Time zone;Channels;Content;First comment;Tags;Title;Options"
    row = '24.12.2027;18:00;Europe/Berlin;Ada Lantern;"Hello; you";The link;Winter, Lamps;;"{""visibility"": ""unlisted""}"'
    (told,) = take(site, {"csv": f"\ufeff{head}\r\n{row}\r\n"})
    assert told["ok"], told
    made = site.call("GET", f"/v1/posts/{told['post']}").json_body
    assert (made["due"], made["zone"], made["tags"]) == (
        "2027-12-24T17:00:00Z",
        "Europe/Berlin",
        ["Winter", "Lamps"],
    )
    assert [each["text"] for each in made["entries"]] == ["Hello; you", "The link"]
    assert made["deliveries"][0]["options"] == {"visibility": "unlisted"}


def test_a_file_at_an_address_is_supposed_first_and_fetched_only_when_it_is_saved(
    site: Site, mastodon: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 40)).save(picture, "PNG")
    fetched: list[str] = []
    store = library.store

    def fetch(workspace: str, url: str, now: Any) -> Any:
        fetched.append(url)
        return store(workspace, "lamp.png", picture.getvalue(), now)

    monkeypatch.setattr(library, "fetch", fetch)
    body = table("2027-03-04 18:00,Ada Lantern,Look,https://example.com/lamp.png", head=f"{HEAD},media")
    assert take(site, {**body, "dry_run": True})[0]["ok"]
    assert fetched == []
    (row,) = take(site, body)
    assert row["ok"], row
    made = site.call("GET", f"/v1/posts/{row['post']}").json_body
    assert [each["mime"] for each in made["entries"][0]["media"]] == ["image/png"]
    take(site, body)
    assert fetched == ["https://example.com/lamp.png"]


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest", "http://localhost/x.png", "file:///etc/passwd", "ftp://a.b/c"],
)
def test_a_file_at_an_inner_address_is_not_fetched(site: Site, mastodon: str, address: str) -> None:
    body = table(f"2027-03-04 18:00,Ada Lantern,Look,{address}", head=f"{HEAD},media")
    (row,) = take(site, body)
    assert not row["ok"]
    assert posts_of(site) == []


def test_tables_that_are_none_or_too_long_are_refused(site: Site) -> None:
    assert refusal(site.call("POST", "/v1/import", {"csv": "a,b\n1,2"})) == (422, "bad-table")
    long = table(*["now,ada,x"] * 501, dry_run=True)
    assert refusal(site.call("POST", "/v1/import", long)) == (422, "too-many-rows")


def test_another_workspaces_account_is_nobody(site: Site, other: Site, mastodon: str) -> None:
    (row,) = take(other, table(f"2027-03-04 18:00,{mastodon},Hello"))
    assert "There is no account" in sentences(row)


# -- export --------------------------------------------------------------------------------------------------


def whole_of(site: Site) -> dict[str, Any]:
    together: dict[str, Any] = {}
    after = ""
    while after is not None:
        page = site.call("GET", f"/v1/export?after={after}").json_body
        after = page.pop("next")
        for name, value in page.items():
            together[name] = [*together.get(name, []), *value] if isinstance(value, list) else value
    return together


def test_the_export_holds_everything_and_no_secret(
    site: Site, mastodon: str, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole.page, "__defaults__", ("", "~", 2))
    made = [site.call("POST", "/v1/posts", post(mastodon, text=each)).json_body for each in "abcde"]
    site.call("PUT", "/v1/groups/g", {"name": "G", "accounts": [mastodon]})
    site.call("POST", "/v1/tags", {"name": "Winter"})
    site.call("POST", "/v1/signatures", {"name": "Ada", "text": "— Ada"})
    week = {"zone": "Europe/Berlin", "slots": [{"weekday": 0, "time": "09:00"}]}
    assert site.call("PUT", f"/v1/accounts/{mastodon}/slots", week).status_code == 200
    hook = site.call("POST", "/v1/webhooks", {"url": "https://example.com/hook"}).json_body
    file = site.call("POST", "/v1/media", {"name": "lamp.png", "mime": "image/png", "size": 10}).json_body[
        "id"
    ]
    found = whole_of(site)
    assert sorted(each["id"] for each in found["posts"]) == sorted(each["id"] for each in made)
    assert sorted(each["id"] for each in found["deliveries"]) == sorted(
        each["deliveries"][0]["id"] for each in made
    )
    counts = {name: len(value) for name, value in found.items() if isinstance(value, list)}
    assert counts == {
        "accounts": 1,
        "groups": 1,
        "tags": 1,
        "signatures": 1,
        "webhooks": 1,
        "timetables": 1,
        "posts": 5,
        "deliveries": 5,
        "media": 1,
    }
    assert found["media"][0]["address"].endswith(f"/media/home/{file}")
    assert found["timetables"] == [{"account": mastodon, **week}]
    text = json.dumps(found)
    assert hook["secret"] not in text
    assert all(token not in text for token in world.sandbox["mastodon"].tokens)


def test_another_workspace_exports_nothing_of_this_one(site: Site, other: Site, mastodon: str) -> None:
    site.call("POST", "/v1/posts", post(mastodon))
    assert [whole_of(other)[name] for name in ("accounts", "posts", "deliveries")] == [[], [], []]
    assert refusal(site.call("GET", "/v1/export?after=b3RoZXI=")) == (422, "bad-cursor")


def csv_of(site: Site, query: str = "") -> tuple[str, int]:
    """The whole table, page after page, and how many pages there were."""
    text, path, pages = "", f"/v1/export/posts.csv{query}", 0
    while path:
        answer = site.call("GET", path)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        text, pages = text + answer.body.decode(), pages + 1
        link = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
        path = f"/v1/export/posts.csv?{urlsplit(link).query}" if link else ""
    return text, pages


def seen(row: dict[str, Any]) -> str:
    """What a dry run understood."""
    due = "" if row["draft"] else clock.iso(datetime.fromisoformat(row["due"]))
    return json.dumps([row["ok"], row["text"], row["accounts"], row["tags"], due])


def meant(post: dict[str, Any]) -> str:
    """The same of the post that was exported."""
    due = "" if post["state"] == "draft" else clock.iso(clock.parse(post["due"]))
    accounts = [each["account"] for each in post["deliveries"]]
    return json.dumps([True, post["entries"][0]["text"], accounts, post["tags"], due])


def stored(post: dict[str, Any]) -> str:
    return json.dumps([post["deliveries"][0][name] for name in ("entries", "options", "account", "state")])


def test_what_is_exported_is_imported_as_the_same(
    site: Site, mastodon: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole.page, "__defaults__", ("", "~", 3))
    bodies = [
        post(mastodon, text="=HYPERLINK(1)", tags=["Winter", "Lamps"], zone="Europe/Berlin"),
        post(mastodon, text='Lines\nand "quotes"; @you', first_comment={"text": "-1"}),
        post({"account": mastodon, "options": {"visibility": "unlisted"}}, entries=[{"text": f"Part {n}", "delay": 60 * bool(n)} for n in range(3)]),
        post(mastodon, text="A draft", when="draft"),
    ]  # fmt: skip
    made = {each["id"]: each for each in (site.call("POST", "/v1/posts", body).json_body for body in bodies)}
    text, pages = csv_of(site)
    assert pages > 1
    assert text.startswith("\ufeffwhen,")
    assert text.count("\ufeff") == text.count("when,zone") == 1
    told = take(site, {"csv": text, "dry_run": True, "again": True})
    assert [sentences(row) for row in told] == [""] * 4
    assert sorted(map(seen, told)) == sorted(map(meant, made.values()))
    saved = [
        site.call("GET", f"/v1/posts/{row['post']}").json_body
        for row in take(site, {"csv": text, "again": True})
    ]
    assert sorted(map(stored, saved)) == sorted(map(stored, made.values()))


def test_what_is_over_is_not_imported_again_by_mistake(site: Site, mastodon: str) -> None:
    first = site.call("POST", "/v1/posts", post(mastodon)).json_body["id"]
    site.call("DELETE", f"/v1/posts/{first}")
    text, _ = csv_of(site)
    (row,) = take(site, {"csv": text})
    assert "exported from a post that is cancelled" in sentences(row)
    assert posts_of(site)[0]["state"] == "cancelled"


def test_the_table_is_of_a_span_and_a_tag_where_that_is_asked(site: Site, mastodon: str) -> None:
    site.call("POST", "/v1/posts", post(mastodon, text="a", tags=["Winter"]))
    site.call("POST", "/v1/posts", post(mastodon, text="b", when=at(days=9)))
    texts = [[row.cells["text"] for row in sheets.read(csv_of(site, query)[0]).rows]
             for query in ("?tag=winter", f"?from={at(days=2)}", f"?to={at(days=2)}", "")]  # fmt: skip
    assert texts == [["a"], ["b"], ["a"], ["a", "b"]]
    assert refusal(site.call("GET", "/v1/export/posts.csv?from=monday")) == (422, "invalid")


def test_every_column_of_the_table_is_known_to_the_import() -> None:
    assert sheets.read(",".join(tables.COLUMNS) + "\n").unknown == []
