"""A body for every route that takes one, by its model's name: what the description shows and the page's lines send."""

from typing import Any

_ACCOUNT, _POST, _FILE = "3f9c0a1b2d4e5f60", "0192f3a4b5c6d7e8f901234", "0192f3a4b5c1a2b3c4d5e6f"

EXAMPLES: dict[str, dict[str, Any]] = {
    "Asked": {"parameters": {"query": "lamps"}},
    "ChangedHook": {"paused": False},
    "ChangedSeries": {"from": _POST, "entries": [{"text": "The lamps are lit, as every Monday."}]},
    "ChangedSignature": {"text": "Yours, Ada"},
    "ChangedTag": {"colour": "#2f6f9f"},
    "ChangedWorkspace": {"review": "required"},
    "Decision": {"decision": "send back", "words": "Say which lamps."},
    "FromUrl": {"url": "https://example.com/lamp.png", "alt": "A lamp"},
    "Moved": {"when": "2026-12-24T19:00:00+01:00"},
    "NewFile": {"name": "lamp.png", "mime": "image/png", "size": 52_000, "alt": "A lamp"},
    "NewGroup": {"name": "The lamp shop", "accounts": [_ACCOUNT]},
    "NewHook": {"url": "https://example.com/hook", "events": ["post.published", "post.failed"]},
    "NewKey": {"name": "The shop's script", "scopes": ["read", "write"]},
    "NewPerson": {"name": "Ada", "email": "ada@example.com", "role": "editor"},
    "NewPost": {
        "when": "2026-12-24T18:00:00+01:00",
        "entries": [{"text": "The lamps are lit.", "media": [{"id": _FILE}]}, {"text": "All of them."}],
        "accounts": [{"account": _ACCOUNT}],
    },
    "NewRole": {"role": "reviewer"},
    "NewSignature": {"name": "Ada", "text": "Yours, Ada"},
    "NewTag": {"name": "winter", "colour": "#2f6f9f"},
    "NewTimetable": {"zone": "Europe/Berlin", "slots": [{"weekday": 0, "time": "09:00"}]},
    "NewWorkspace": {"name": "The other shop"},
    "Resolved": {"outcome": "out", "url": "https://example.com/posts/1"},
    "Table": {
        "csv": f"when,text,accounts\n2026-12-24 18:00,The lamps are lit.,{_ACCOUNT}\n",
        "zone": "Europe/Berlin",
        "dry_run": True,
    },
}
