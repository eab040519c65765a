"""What is sent to Reddit, against what PRAW, the client that most people use, sends for the same posts."""

from urllib.parse import urlsplit

import pytest

from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench

pytestmark = pytest.mark.specs
praw = pytest.importorskip("praw")
requests = pytest.importorskip("requests")

# PRAW adds its own wishes, and leaves out what is Reddit's default.
OURS = {"raw_json", "text", "resubmit", "validate_on_submit"}
ASSETS = {"video_poster_url", "items"}


class ToSandbox(requests.adapters.HTTPAdapter):
    """Sends what is meant for Reddit and its storage to the stand-in."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        super().__init__()

    def send(self, request, **more):
        parts = urlsplit(request.url)
        request.url = f"{self.sandbox}/{parts.netloc}{parts.path}"
        return super().send(request, **more)


@pytest.fixture(scope="module")
def bench():
    sandbox, server = serve()
    sandbox.files = FILES
    yield Bench("reddit", case("reddit"), sandbox)
    stop(server)


@pytest.fixture(scope="module")
def client(bench):
    """PRAW, signed in with a refresh token that the stand-in gave."""
    public = bench.sandbox.public
    session = requests.Session()
    session.mount("https://", ToSandbox(public))
    return praw.Reddit(
        client_id=bench.app["REDDIT_CLIENT_ID"],
        client_secret=bench.app["REDDIT_CLIENT_SECRET"],
        user_agent=bench.app["REDDIT_USER_AGENT"],
        refresh_token=bench.connect().token.refresh,
        check_for_updates=False,
        validate_on_submit=True,
        requestor_kwargs={"session": session},
    )


def by_praw(client, kind, place, entry):
    there = client.subreddit(place.subreddit)
    files = [praw.models.PostMedia(FILES[media.id], name=media.name) for media in entry.media]
    more = {"nsfw": place.nsfw, "spoiler": place.spoiler, "send_replies": place.sendreplies}
    more |= {"flair_id": place.flair.id} if place.flair else {}
    if kind == "crosspost":
        return client.submission("1a").crosspost(there, title=place.title, **more)
    more |= {"selftext": entry.text, "without_websockets": True}
    match kind:
        case "link":
            more |= {"url": place.url}
        case "image":
            more |= {"image": files[0]}
        case "video":
            film, still = sorted(files, key=lambda file: file.name.endswith(".png"))
            more |= {"video": {"media": film, "thumbnail": still, "gif": place.silent}}
        case "gallery":
            more |= {"gallery": files}
    return there.submit(place.title, **more)


def submitted(stand_in):
    return next(each for each in reversed(stand_in.requests) if "/api/submit" in each["path"])


KINDS = {
    "text": "self",
    "title only": "self",
    "flair": "self",
    "link": "link",
    "picture": "image",
    "video": "video",
    "silent video": "video",
    "gallery": "gallery",
    "crosspost": "crosspost",
}


def same(ours, theirs):
    return str(ours).lower() == str(theirs).lower()


@pytest.mark.parametrize("name", KINDS)
def test_a_post_is_what_praw_would_send(bench, client, name):
    entries, options = bench.case.entries[name], bench.case.options[name]
    bench.connect().publish(entries, options)
    ours = submitted(bench.stand_in)
    place = bench.provider.Options.model_validate(options).subreddit[0]
    by_praw(client, KINDS[name], place, entries[0])
    theirs = submitted(bench.stand_in)
    assert ours is not theirs
    assert ours["path"].rstrip("/") == theirs["path"].rstrip("/")
    assert ours["type"] == theirs["type"]
    sent, wanted = ours["body"] or ours["form"], theirs["body"] or theirs["form"]
    assert set(wanted) ^ set(sent) <= OURS
    uploaded = ASSETS | ({"url"} if entries[0].media else set())
    assert not {
        field for field in (set(sent) & set(wanted)) - uploaded if not same(sent[field], wanted[field])
    }


def test_a_lease_and_its_form_are_what_praw_would_send(bench, client):
    entry = bench.case.entries["picture"][0]
    bench.connect().publish((entry,), bench.case.options["picture"])
    picture = praw.models.PostMedia(FILES[entry.media[0].id], name=entry.media[0].name)
    client.subreddit("lamps").submit("Mine", image=picture, without_websockets=True)
    for path in ("/api/media/asset.json", ""):
        ours, theirs = [each for each in bench.stand_in.requests if each["path"].rstrip("/") == path][-2:]
        assert ours["type"] == theirs["type"]
        assert set(ours["form"]) ^ set(theirs["form"]) <= OURS | {"api_type"}


def test_praw_understands_the_refusals_of_the_stand_in(bench, client):
    with pytest.raises(praw.exceptions.RedditAPIException, match="SUBREDDIT_NOEXIST"):
        client.subreddit("nowhere").submit("A title", selftext="Hello")
    with pytest.raises(praw.exceptions.RedditAPIException, match="NO_SELFS"):
        client.subreddit("lamplinks").submit("A title", selftext="Hello")


def test_praw_reads_finds_and_deletes_at_the_stand_in(bench, client):
    post = client.subreddit("lamps").submit("A title for a talk", selftext="Hello")
    comment = post.reply("And more")
    assert comment.body == "And more"
    assert any(each.id == post.id for each in client.redditor("ada").submissions.new(limit=5))
    comment.delete()
    post.delete()
    assert not [shown for shown in bench.stand_in.shown if shown.id == f"t3_{post.id}"]
