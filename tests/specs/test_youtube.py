"""What is sent to YouTube, against Google's own discovery document: addresses, parameters, bodies, scopes."""

import json
import re
from pathlib import Path

import pytest

from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench

pytestmark = pytest.mark.specs
jsonschema = pytest.importorskip("jsonschema")
googleapiclient = pytest.importorskip("googleapiclient")

DOCUMENT = json.loads(
    (Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "youtube.v3.json").read_text()
)
#: What the resumable protocol adds and the document leaves to the client libraries.
PROTOCOL = {"uploadType", "upload_id"}


def as_json_schema(node):
    """A discovery schema as JSON Schema: references resolved by place, unknown names refused."""
    if "$ref" in node:
        return {"$ref": f"#/$defs/{node['$ref']}"}
    kept = {name: node[name] for name in ("enum", "minimum", "maximum") if name in node}
    if node.get("type") != "any":
        kept["type"] = node["type"]
    if "items" in node:
        kept["items"] = as_json_schema(node["items"])
    if "properties" in node:
        kept["properties"] = {name: as_json_schema(each) for name, each in node["properties"].items()}
        kept["additionalProperties"] = False
    return kept


DEFINITIONS = {name: as_json_schema(each) for name, each in DOCUMENT["schemas"].items()}


def methods(resources):
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from methods(resource.get("resources", {}))


def paths(method):
    """Where a method is called: its own path, and those of its uploads."""
    upload = method.get("mediaUpload", {}).get("protocols", {})
    return {f"/{method['path']}", *(each["path"] for each in upload.values())}


METHODS = {
    (method["httpMethod"], path): method
    for method in methods(DOCUMENT["resources"])
    for path in paths(method)
}


@pytest.fixture(scope="module")
def connected():
    sandbox, server = serve()
    sandbox.files = FILES
    yield Bench("youtube", case("youtube"), sandbox).connect()
    stop(server)


@pytest.fixture(scope="module")
def requests(connected):
    """Every request of every kind of entry, of healing, deletion and numbers, and of the pick lists."""
    bench, session = connected.bench, connected.session
    (playlist,) = bench.provider.create_playlist(session, "Lamps", "All of them", "unlisted")
    bench.provider.playlists(session)
    bench.provider.categories(session, "DE")
    for kind, entries in bench.case.entries.items():
        options = {**bench.case.options[kind], "playlistIds": [playlist["id"]]}
        receipts = connected.publish(entries, options)
        job = connected.job(entries, len(entries) - 1, receipts[:-1], options)
        job.doubt = job.now
        bench.provider.look(job)
        for receipt in receipts[::-1]:
            bench.provider.metrics(session, receipt)
            bench.provider.delete(session, receipt)
    return [each for each in bench.stand_in.requests if each["host"].endswith(".googleapis.com")
            and each["host"] != "oauth2.googleapis.com" and each["method"] != "PUT"]  # fmt: skip


def test_every_request_is_one_that_the_document_knows(requests):
    assert {(each["method"], each["path"]) for each in requests} <= set(METHODS)
    assert len({(each["method"], each["path"]) for each in requests}) >= 14


def test_every_parameter_is_known_of_its_type_and_none_is_missing(requests):
    for each in requests:
        method = METHODS[each["method"], each["path"]]
        given, known = set(each["query"]) - PROTOCOL, method.get("parameters", {})
        assert given <= set(known), each
        assert {name for name, about in known.items() if about.get("required")} <= given, each
        for name in given:
            about, value = known[name], each["query"][name]
            assert "enum" not in about or value in about["enum"], (name, value)
            assert about["type"] != "integer" or int(about["minimum"]) <= int(value) <= int(about["maximum"])
            assert about["type"] != "boolean" or value in ("true", "false")


def test_every_body_is_what_the_document_describes(requests):
    checked = set()
    for each in requests:
        method = METHODS[each["method"], each["path"]]
        if each["body"] is None:
            continue
        schema = {"$ref": f"#/$defs/{method['request']['$ref']}", "$defs": DEFINITIONS}
        jsonschema.validate(each["body"], schema)
        checked.add(method["id"])
    assert checked == {
        "youtube.videos.insert",
        "youtube.playlists.insert",
        "youtube.playlistItems.insert",
        "youtube.commentThreads.insert",
    }


@pytest.mark.parametrize("wrong", [{"titel": "x"}, {"title": 5}, {"tags": "a"}])
def test_the_check_itself_refuses_wrong_names_and_types(wrong):
    schema = {"$ref": "#/$defs/Video", "$defs": DEFINITIONS}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"snippet": wrong}, schema)


def test_what_is_read_is_what_the_document_answers():
    """Each path that the provider reads in an answer exists in the schema of that answer."""
    read = {
        "Channel": ("id", "snippet.title", "snippet.customUrl", "snippet.thumbnails.default.url",
                    "contentDetails.relatedPlaylists.uploads"),
        "Video": ("id", "status.privacyStatus", "status.uploadStatus", "status.failureReason",
                  "status.rejectionReason", "statistics.viewCount", "statistics.favoriteCount"),
        "PlaylistItem": ("snippet.title", "snippet.publishedAt", "contentDetails.videoId"),
        "CommentThread": ("id", "snippet.topLevelComment.snippet.textOriginal",
                          "snippet.topLevelComment.snippet.authorChannelId.value",
                          "snippet.topLevelComment.snippet.publishedAt"),
        "VideoCategory": ("id", "snippet.title", "snippet.assignable"),
        "Comment": ("snippet.likeCount",),
    }  # fmt: skip
    for name, wanted in read.items():
        for path in wanted:
            here = {"$ref": name}
            for step in path.split("."):
                here = DOCUMENT["schemas"][here["$ref"]] if "$ref" in here else here
                here = here["properties"][step]


def test_the_scopes_that_are_asked_for_are_enough_for_every_call(connected, requests):
    asked = set(connected.bench.provider.auth.scopes)
    for each in requests:
        assert asked & set(METHODS[each["method"], each["path"]]["scopes"]), each["path"]


def test_the_addresses_of_uploads_and_the_largest_film_are_the_documents(connected):
    upload = DOCUMENT["resources"]["videos"]["methods"]["insert"]["mediaUpload"]
    assert upload["protocols"]["resumable"]["path"].endswith("/upload/youtube/v3/videos")
    assert int(upload["maxSize"]) == connected.bench.provider.rules.first.video_bytes
    kinds = [re.compile(kind.replace("*", ".*")) for kind in upload["accept"]]
    for mime in connected.bench.provider.rules.first.video_types:
        assert any(kind.fullmatch(mime) for kind in kinds)


def test_every_fate_of_a_video_has_its_sentence():
    from chalicelib.providers.youtube.faults import _FATES

    status = DOCUMENT["schemas"]["VideoStatus"]["properties"]
    for field in ("failureReason", "rejectionReason"):
        assert set(status[field]["enum"]) <= set(_FATES), field
