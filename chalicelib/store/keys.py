"""Every key pattern of the one table, on one screen.

| item     | pk                   | sk                   | indexes                                                   |
|----------|----------------------|----------------------|-----------------------------------------------------------|
| workspace| `w#<ws>`             | `workspace`          |                                                           |
| key      | `w#<ws>`             | `key#<id>`           |                                                           |
| member   | `w#<ws>`             | `member#<person>`    | by_account: `m#<person>`, `<ws>`                          |
| person   | `person#<id>`        | `person`             |                                                           |
| identity | `identity#<hash>`    | `identity`           |                                                           |
| account  | `w#<ws>`             | `account#<id>`       | by_account: `r#<platform>#<remote>`, `<ws>`               |
| grant    | `w#<ws>`             | `grant#<id>`         | by_wake: when its token should be renewed                 |
|          |                      |                      | by_account: `g#<app>#<person>`, `<ws>#<id>`, where known  |
| media    | `w#<ws>`             | `media#<id>`         |                                                           |
| timetable| `w#<ws>`             | `timetable#<account>`|                                                           |
| reserved | `w#<ws>#a#<account>` | `reserved#<moment>`  |                                                           |
| series   | `w#<ws>`             | `series#<id>`        | by_wake: when its next post should be made                |
| group    | `w#<ws>`             | `group#<id>`         |                                                           |
| signature| `w#<ws>`             | `signature#<id>`     |                                                           |
| tag      | `w#<ws>`             | `tag#<id>`           |                                                           |
| hook     | `w#<ws>`             | `hook#<id>`          |                                                           |
| sending  | `w#<ws>#h#<hook>`    | `sending#<id>`       |                                                           |
| post     | `w#<ws>#p#<post>`    | `post`               | by_due: `w#<ws>`, `<due>#<post>`                          |
|          |                      |                      | by_account: `w#<ws>#review`, `<due>#<post>` while it waits|
| delivery | `w#<ws>#p#<post>`    | `delivery#<account>` | by_due: `w#<ws>`, `<due>#<post>#<account>`                |
|          |                      |                      | by_account: `w#<ws>#a#<account>`, `<state>#<due>#<post>`  |
|          |                      |                      | by_wake while something must still happen                 |
| sign-in  | `oauth#<state>`      | `oauth`              |                                                           |
| one time | `once#<hash>`        | `once`               |                                                           |
| repeat   | `repeat#<ws>#<hash>` | `repeat`             |                                                           |
| said     | `said#<ws>#<hash>`   | `said`               |                                                           |
| choice   | `choice#<id>`        | `choice`             |                                                           |
| pace     | `pace#<platform>#<of>`| `pace`              |                                                           |
| app      | `app#<platform>#<host>`| `app`              |                                                           |
| pause    | `pause#<platform>`   | `pause`              |                                                           |

A post and its deliveries share a partition: one Query reads them all. `by_wake` is sparse and split in
`SHARDS`, so that a thousand posts due in one minute do not meet in one partition.
"""

import zlib
from datetime import datetime

from chalicelib.clock import iso

SHARDS = 4

Key = dict[str, str]


def workspace(ws: str) -> Key:
    return {"pk": f"w#{ws}", "sk": "workspace"}


def api_key(ws: str, key: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"key#{key}"}


def member(ws: str, person: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"member#{person}"}


def person(person: str) -> Key:
    return {"pk": f"person#{person}", "sk": "person"}


def identity(digest: str) -> Key:
    return {"pk": f"identity#{digest}", "sk": "identity"}


def account(ws: str, account: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"account#{account}"}


def grant(ws: str, grant: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"grant#{grant}"}


def media(ws: str, media: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"media#{media}"}


def timetable(ws: str, account: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"timetable#{account}"}


def reserved(ws: str, account: str, at: datetime) -> Key:
    return {"pk": f"w#{ws}#a#{account}", "sk": f"reserved#{iso(at)}"}


def series(ws: str, series: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"series#{series}"}


def group(ws: str, group: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"group#{group}"}


def signature(ws: str, signature: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"signature#{signature}"}


def tag(ws: str, tag: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"tag#{tag}"}


def hook(ws: str, hook: str) -> Key:
    return {"pk": f"w#{ws}", "sk": f"hook#{hook}"}


def sending(ws: str, hook: str, sending: str) -> Key:
    return {"pk": f"w#{ws}#h#{hook}", "sk": f"sending#{sending}"}


def post(ws: str, post: str) -> Key:
    return {"pk": f"w#{ws}#p#{post}", "sk": "post"}


def delivery(ws: str, delivery: str) -> Key:
    """A delivery's id is `<post>.<account>`: its place follows from it."""
    post, _, account = delivery.partition(".")
    return {"pk": f"w#{ws}#p#{post}", "sk": f"delivery#{account}"}


def sign_in(state: str) -> Key:
    return {"pk": f"oauth#{state}", "sk": "oauth"}


def once(digest: str) -> Key:
    return {"pk": f"once#{digest}", "sk": "once"}


def repeat(ws: str, digest: str) -> Key:
    return {"pk": f"repeat#{ws}#{digest}", "sk": "repeat"}


def said(ws: str, digest: str) -> Key:
    return {"pk": f"said#{ws}#{digest}", "sk": "said"}


def choice(choice: str) -> Key:
    return {"pk": f"choice#{choice}", "sk": "choice"}


def pace(platform: str, of: str) -> Key:
    return {"pk": f"pace#{platform}#{of}", "sk": "pace"}


def app(platform: str, host: str) -> Key:
    return {"pk": f"app#{platform}#{host}", "sk": "app"}


def pause(platform: str) -> Key:
    return {"pk": f"pause#{platform}", "sk": "pause"}


def by_due(ws: str, due: datetime, post: str, account: str = "") -> Key:
    return {"due_pk": f"w#{ws}", "due_sk": f"{iso(due)}#{post}{'#' if account else ''}{account}"}


def by_account(ws: str, account: str, state: str, due: datetime, post: str) -> Key:
    return {"account_pk": f"w#{ws}#a#{account}", "account_sk": f"{state}#{iso(due)}#{post}"}


def by_remote(platform: str, remote: str, ws: str) -> Key:
    return {"account_pk": f"r#{platform}#{remote}", "account_sk": ws}


def by_owner(app: str, person: str, ws: str, grant: str) -> Key:
    """Where a platform's own requests about a person find the grants that this person gave the operator's `app`."""
    return {"account_pk": f"g#{app}#{person}", "account_sk": f"{ws}#{grant}"}


def by_member(person: str, ws: str) -> Key:
    return {"account_pk": f"m#{person}", "account_sk": ws}


def by_review(ws: str, due: datetime, post: str) -> Key:
    """Where posts stand while they wait for a reviewer."""
    return {"account_pk": f"w#{ws}#review", "account_sk": f"{iso(due)}#{post}"}


def by_wake(name: str, at: datetime) -> Key:
    """Where the sweeper finds `name` from `at` on."""
    return {"wake_pk": f"wake#{shard(name)}", "wake_sk": f"{iso(at)}#{name}"}


def shard(name: str) -> int:
    return zlib.crc32(name.encode()) % SHARDS
