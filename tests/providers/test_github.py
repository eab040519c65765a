"""What is special about GitHub: two kinds of app, repositories to choose, an invisible mark, errors with status 200."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import oauth
from chalicelib.models import Entry, Media, Pending, Published
from chalicelib.problems import Blocked, Expired, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.github.bodies import BODY, GitHubOptions, embed
from infra.sandbox.base import Failure
from tests.contract.harness import Bench, movie, picture

KEY = "github"
TEXT = (Entry(text="A lamp"),)
TITLE = {"title": "Lamps"}


def mutations(bench: Bench, name: str) -> list[dict[str, Any]]:
    """The inputs of every mutation of one name that arrived."""
    bodies = [each["body"] for each in bench.stand_in.requests if each["path"] == "/graphql"]
    return [
        each["variables"]["in"] for each in bodies if re.match(rf"mutation\S+\s*{{\s*{name}\(", each["query"])
    ]


# -- signing in ------------------------------------------------------------------------------------------


def test_only_repositories_that_take_discussions_are_on_offer_from_every_page(bench: Bench) -> None:
    found = bench.connect().choices
    assert [each.profile.name for each in found] == ["ada/lamps", "ada/town"]
    assert all(each.profile.id.startswith("501:R_") for each in found)
    assert all(each.profile.data["category"].endswith("general") for each in found)


def test_an_organization_that_hides_its_repositories_does_not_hide_the_others(bench: Bench) -> None:
    bench.stand_in.saml = True
    assert "ada/lamps" in [each.profile.name for each in bench.connect().choices]


def test_a_github_app_asks_for_no_scopes_and_offers_what_it_is_installed_on(bench: Bench) -> None:
    bench.app["GITHUB_APP_KIND"] = "app"
    url, _ = oauth.consent(bench.session(), bench.provider.auth, "https://x/callback", "s", "v" * 43)  # type: ignore[arg-type]
    assert "scope=" not in url
    connected = bench.connect()
    assert [each.profile.name for each in connected.choices] == ["ada/lamps", "ada/town"]
    connected.publish(TEXT, TITLE)
    assert len(bench.stand_in.shown) == 1


def test_a_github_app_that_is_installed_nowhere_says_so(bench: Bench) -> None:
    bench.app["GITHUB_APP_KIND"] = "app"
    bench.stand_in.installed = False
    with pytest.raises(Reconnect, match="Install the GitHub App"):
        bench.connect()


def test_the_operator_chooses_the_scopes_of_an_oauth_app(bench: Bench) -> None:
    url, _ = oauth.consent(bench.session(), bench.provider.auth, "https://x/callback", "s", "v" * 43)  # type: ignore[arg-type]
    assert "scope=public_repo+read%3Auser" in url
    bench.app["GITHUB_SCOPES"] = "repo offline_access"
    url, _ = oauth.consent(bench.session(), bench.provider.auth, "https://x/callback", "s", "v" * 43)  # type: ignore[arg-type]
    assert "scope=repo+offline_access" in url


def test_without_a_right_to_write_nothing_is_on_offer(bench: Bench) -> None:
    with pytest.raises(Reconnect, match="more rights"):
        bench.connect(without="public_repo")


def test_a_token_without_an_end_is_kept_and_its_refusal_is_for_the_person(bench: Bench) -> None:
    bench.stand_in.expiring = False
    connected = bench.connect()
    assert (connected.token.expires, connected.token.refresh) == (None, None)
    bench.stand_in.tokens.clear()
    with pytest.raises(Expired):
        connected.publish(TEXT, TITLE)
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


def test_a_refresh_replaces_the_pair_and_kills_the_old_one(bench: Bench) -> None:
    connected = bench.connect()
    before = connected.token
    fresh = bench.provider.refresh(connected.session)
    assert fresh.refresh not in (None, before.refresh)
    assert fresh.refresh_expires is not None
    with pytest.raises(Expired):
        connected.publish(TEXT, TITLE)
    connected.token = fresh
    connected.publish(TEXT, TITLE)


@pytest.mark.parametrize(
    ("error", "problem"),
    [("incorrect_client_credentials", Blocked), ("redirect_uri_mismatch", Blocked),
     ("bad_verification_code", Reconnect), ("unverified_user_email", Reconnect)],
)  # fmt: skip
def test_a_refusal_by_the_token_endpoint_has_status_200_and_its_own_meaning(
    bench: Bench, error: str, problem: type[Exception]
) -> None:
    bench.stand_in.failures.append(Failure(path="access_token", status=200, body={"error": error}))
    with pytest.raises(problem):
        bench.connect()


def test_every_request_names_the_app_and_the_version(bench: Bench) -> None:
    bench.connect().publish(TEXT, TITLE)
    api = [each for each in bench.stand_in.requests if each["host"] == "api.github.com"]
    assert {each["headers"]["User-Agent"] for each in api} == {"Lamppost"}
    assert {each["headers"]["X-Github-Api-Version"] for each in api} == {"2022-11-28"}


# -- what is sent ----------------------------------------------------------------------------------------


def test_a_discussion_goes_into_the_chosen_category_else_the_repositorys_own(bench: Bench) -> None:
    connected = bench.connect()
    ideas = connected.account.data["category"].replace("general", "ideas")
    connected.publish(TEXT, TITLE)
    connected.publish(TEXT, {**TITLE, "category": ideas})
    sent = mutations(bench, "createDiscussion")
    assert [each["categoryId"] for each in sent] == [connected.account.data["category"], ideas]
    assert {each["repositoryId"] for each in sent} == {connected.account.data["repository"]}


def test_a_category_that_only_maintainers_use_is_refused(bench: Bench) -> None:
    connected = bench.connect()
    announcements = connected.account.data["category"].replace("general", "announcements")
    with pytest.raises(Rejected, match="does not let"):
        connected.publish(TEXT, {**TITLE, "category": announcements})


def test_comments_belong_to_the_discussion_and_not_to_each_other(bench: Bench) -> None:
    first, *rest = bench.connect().publish((*TEXT, Entry(text="2"), Entry(text="3")), TITLE)
    assert [shown.reply_to for shown in bench.stand_in.shown] == [None, first.id, first.id]
    assert all(each.url.startswith(f"{first.url}#discussioncomment-") for each in rest)


def test_pictures_are_shown_and_films_are_linked_after_the_text(bench: Bench) -> None:
    entry = Entry(text="Look", media=(picture(alt="A [lamp] *lit*")[0], movie()))
    bench.connect().publish((entry,), TITLE)
    body = mutations(bench, "createDiscussion")[0]["body"]
    first, second, third, mark = body.split("\n\n")
    assert first == "Look"
    assert second.startswith(r"![A \[lamp\] \*lit\*](http")
    assert third.startswith("[lamp.mp4](http")
    assert re.fullmatch(r"<!-- post:[0-9a-f]{32} -->", mark)
    assert bench.stand_in.shown[0].media[0]["alt"] == "A [lamp] *lit*"


def test_files_are_left_out_on_request(bench: Bench) -> None:
    bench.connect().publish((Entry(text="Look", media=(picture()[0],)),), {**TITLE, "appendMedia": False})
    assert "](http" not in mutations(bench, "createDiscussion")[0]["body"]


@given(st.text(max_size=60))
def test_no_description_can_end_its_embed_early(alt: str) -> None:
    media = Media(id="1", kind="image", mime="image/png", key="k", size=1, name="n.png", alt=alt)
    written = embed(media, "https://x/y")
    found = re.fullmatch(r"!\[((?:\\.|[^\]\\])*)\]\(https://x/y\)", written)
    assert found
    assert re.sub(r"\\(.)", r"\1", found[1]) == re.sub(r"\s+", " ", alt or "n.png")


# -- labels: after the discussion is out, nothing may bring it out again ---------------------------------


def test_labels_are_put_on_once_the_discussion_is_recorded(bench: Bench) -> None:
    connected = bench.connect()
    outcome = bench.provider.publish(connected.job(TEXT, options={**TITLE, "labels": ["LA_1"]}))
    assert isinstance(outcome, Pending)
    assert bench.stand_in.labelled == {}
    out = connected.bring_out(connected.job(TEXT, options={**TITLE, "labels": ["LA_1"]}, state=outcome.state))
    assert bench.stand_in.labelled == {out.id: ["LA_1"]}
    assert len(bench.stand_in.shown) == 1


def test_labels_that_are_refused_for_ever_never_post_twice(bench: Bench) -> None:
    connected = bench.connect()
    outcome = bench.provider.publish(connected.job(TEXT, options={**TITLE, "labels": ["LA_1"]}))
    assert isinstance(outcome, Pending)
    for failure in (Failure(status=503, times=50), Failure(status=403, body={"message": "no"}, times=50)):
        bench.stand_in.failures[:] = [failure]
        job = connected.job(TEXT, options={**TITLE, "labels": ["LA_1"]}, state=outcome.state)
        assert connected.bring_out(job).id == bench.stand_in.shown[0].id
    assert len(bench.stand_in.shown) == 1


# -- healing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_a_lost_comment_is_looked_for_in_its_discussion(bench: Bench, mode: Any) -> None:
    connected, entries = bench.connect(), (*TEXT, Entry(text="2"))
    first = connected.publish(TEXT, TITLE)[0]
    job = connected.job(entries, 1, (first,), TITLE)
    bench.stand_in.failures.append(Failure(path="/graphql", mode=mode))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    out = connected.bring_out(replace(job, doubt=job.now))
    assert [shown.id for shown in bench.stand_in.shown] == [first.id, out.id]
    assert out.data == {"comment": True}


def test_only_ones_own_discussion_with_the_mark_counts_as_found(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(TEXT, options=TITLE, key="ours")
    connected.bring_out(replace(job, key="another with the same title and text"))
    assert bench.provider.look(replace(job, doubt=job.now)) is None
    out = connected.bring_out(job)
    found = bench.provider.look(replace(job, doubt=job.now))
    assert isinstance(found, Published)
    assert found.id == out.id
    bench.stand_in.discussions[out.id]["author"] = "ben"  # somebody copied the source of the text
    assert bench.provider.look(replace(job, doubt=job.now)) is None


def test_a_category_too_busy_to_be_searched_is_for_a_person(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(TEXT, options=TITLE)
    out = connected.bring_out(job)
    for number in range(100):
        bench.stand_in.discussions[f"D_x{number}"] = {**bench.stand_in.discussions[out.id], "body": "hum"}
    with pytest.raises(Unsure, match="Too much"):
        bench.provider.look(replace(job, key="never sent", doubt=job.now))
    assert bench.provider.look(replace(job, key="never sent", doubt=job.now + timedelta(hours=1))) is None


def test_a_time_limit_of_github_is_a_doubt_for_a_mutation_and_a_retry_for_a_query(bench: Bench) -> None:
    connected = bench.connect()
    body = {"errors": [{"message": "Something went wrong while executing your query. This may be a timeout"}]}
    bench.stand_in.failures.append(Failure(path="/graphql", status=200, body=body))
    with pytest.raises(Unsure):
        connected.publish(TEXT, TITLE)
    bench.stand_in.failures.append(Failure(path="/graphql", status=200, body=body))
    with pytest.raises(Retry):
        bench.provider.me(connected.session)


# -- saving ----------------------------------------------------------------------------------------------


def complaints(bench: Bench, entry: Entry, **options: Any) -> str:
    account = bench.connect().account
    given = GitHubOptions.model_validate({**TITLE, **options})
    return " ".join(each.sentence for each in bench.provider.check((entry,), account, given))


def test_a_text_with_its_files_and_mark_never_exceeds_what_github_takes(bench: Bench) -> None:
    longest = bench.provider.rules.first.length
    assert complaints(bench, Entry(text="a" * longest)) == ""
    bench.connect().publish((Entry(text="a" * longest),), TITLE)
    assert len(mutations(bench, "createDiscussion")[0]["body"]) <= BODY
    media = tuple(picture(f"{n}.png", alt="x" * 200, width=30 + n)[0] for n in range(3))
    assert "65,536" in complaints(bench, Entry(text="a" * (longest - 1000), media=media))
    assert complaints(bench, Entry(text="a" * (longest - 3000), media=media)) == ""


def test_a_repository_without_a_category_of_its_own_asks_for_one(bench: Bench) -> None:
    account = bench.connect().account.model_copy(update={"data": {"repository": "R_1", "category": ""}})
    without, given = (GitHubOptions.model_validate({**TITLE, "category": each}) for each in ("", "DIC_1"))
    assert "category" in bench.provider.check(TEXT, account, without)[0].sentence
    assert bench.provider.check(TEXT, account, given) == []


@pytest.mark.parametrize(
    "options", [{}, {"title": " "}, {"title": "t" * 257}, {"title": "t", "colour": "red"}]
)
def test_options_that_github_would_refuse_are_refused_at_saving(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GitHubOptions.model_validate(options)


def test_the_form_of_the_options_names_them_as_clients_send_them() -> None:
    schema = GitHubOptions.model_json_schema()
    assert set(schema["properties"]) == {"title", "category", "labels", "appendMedia"}
    assert schema["required"] == ["title"]


# -- afterwards ------------------------------------------------------------------------------------------


def test_deleting_a_comment_leaves_the_discussion(bench: Bench) -> None:
    connected = bench.connect()
    first, second = connected.publish((*TEXT, Entry(text="2")), TITLE)
    for _ in range(2):  # what is gone already is no trouble
        bench.provider.delete(connected.session, second)
    assert [shown.id for shown in bench.stand_in.shown] == [first.id]


def test_a_deletion_that_only_maintainers_may_do_is_refused_in_words(bench: Bench) -> None:
    connected = bench.connect()
    post = connected.publish(TEXT, TITLE)[0]
    bench.stand_in.maintainer = False
    with pytest.raises(Rejected, match="maintainers"):
        bench.provider.delete(connected.session, post)


def test_the_pick_lists_are_those_of_the_accounts_repository(bench: Bench) -> None:
    connected = bench.connect()
    categories = bench.provider.categories(connected.session)  # type: ignore[attr-defined]
    assert [each["name"] for each in categories] == ["General", "Ideas"]
    assert bench.provider.labels(connected.session) == [{"id": "LA_1", "name": "news"}]  # type: ignore[attr-defined]


def test_a_comment_has_numbers_of_its_own(bench: Bench) -> None:
    connected = bench.connect()
    first, second = connected.publish((*TEXT, Entry(text="2")), TITLE)
    assert bench.provider.metrics(connected.session, first) == {"upvotes": 7, "comments": 3, "reactions": 3}
    assert bench.provider.metrics(connected.session, second) == {"upvotes": 7, "replies": 3, "reactions": 3}
