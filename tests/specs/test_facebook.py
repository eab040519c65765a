"""What is sent to Facebook, against facebook-business, Meta's own SDK (installed without its dependencies)."""

import pytest

from tests.specs.graph import posted, refusals, requests  # noqa: F401

pytestmark = pytest.mark.specs
pytest.importorskip("facebook_business.adobjects.page", exc_type=ImportError)

KEY = "facebook"
#: Real, though Meta documents it nowhere.
UNLISTED = {"text_format_preset_id is not known"}


@pytest.mark.parametrize(
    ("edge", "builder"),
    [
        ("feed", "create_feed"),
        ("photos", "create_photo"),
        ("videos", "create_video"),
        ("video_reels", "create_video_reel"),
        ("photo_stories", "create_photo_story"),
        ("video_stories", "create_video_story"),
    ],
)
def test_every_parameter_is_one_that_metas_sdk_knows(requests, edge, builder):  # noqa: F811
    from facebook_business.adobjects.page import Page

    said = {
        each for sent in posted(requests, edge) for each in refusals(getattr(Page("5001"), builder), sent)
    }
    assert said <= UNLISTED


def test_a_comment_is_one_that_metas_sdk_knows(requests):  # noqa: F811
    from facebook_business.adobjects.pagepost import PagePost

    for sent in posted(requests, "comments"):
        assert refusals(PagePost("5001_1").create_comment, sent) == []


def test_the_check_can_fail():
    from facebook_business.adobjects.page import Page

    wrong = {"mesage": "x", "published": "perhaps"}
    assert len(refusals(Page("5001").create_feed, wrong)) == 2
