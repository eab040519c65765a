"""What is sent to Instagram, against facebook-business, Meta's own SDK (installed without its dependencies)."""

import json

import pytest

from tests.specs.graph import posted, refusals, requests  # noqa: F401

pytestmark = pytest.mark.specs
pytest.importorskip("facebook_business.adobjects.iguser", exc_type=ImportError)

KEY = "instagram"


@pytest.mark.parametrize(
    ("edge", "builder"), [("media", "create_media"), ("media_publish", "create_media_publish")]
)
def test_every_parameter_is_one_that_metas_sdk_knows(requests, edge, builder):  # noqa: F811
    from facebook_business.adobjects.iguser import IGUser

    for sent in posted(requests, edge):
        assert refusals(getattr(IGUser("17841"), builder), sent) == []


def test_a_comment_is_one_that_metas_sdk_knows(requests):  # noqa: F811
    from facebook_business.adobjects.igmedia import IGMedia

    for sent in posted(requests, "comments"):
        assert refusals(IGMedia("1").create_comment, sent) == []


def test_every_field_that_is_read_is_one_that_metas_sdk_knows(requests):  # noqa: F811
    from facebook_business.adobjects.igmedia import IGMedia
    from facebook_business.adobjects.iguser import IGUser

    asked = [each["query"] for each in requests if each["method"] == "GET" and "fields" in each["query"]]
    known = {value for field in (IGUser.Field, IGMedia.Field) for value in vars(field).values()}
    listed = {name for query in asked if "caption" in query["fields"] for name in query["fields"].split(",")}
    assert listed <= known


def test_structures_travel_as_json(requests):  # noqa: F811
    structured = [
        json.loads(sent[name])
        for sent in posted(requests, "media")
        for name in ("collaborators", "trial_params", "audio_configuration")
        if name in sent
    ]
    assert len(structured) == 3
