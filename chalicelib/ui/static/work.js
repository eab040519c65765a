/** What is being composed: the shared text, what accounts say of their own, their options, and when. */

import { repeatOf } from "./repeating.js";
import { zone } from "./times.js";

export const ALL = "all";

/** An entry with nothing in it. */
export const blank = (delay = 0) => ({ text: "", media: [], delay });

/** Nothing yet; `id` stays with it, so that it is saved once however often it is sent. */
export const fresh = () => ({ id: crypto.randomUUID(), targets: [], shared: [blank()], own: {}, options: {}, when: "now", at: "", zone, repeat: null, series: null, comment: "", signature: null, tags: [] });

/** Which entries a tab shows: an account's own, or the shared ones. */
export const entriesOf = (work, tab) => work.own[tab] ?? work.shared;

/** Which entries a change in a tab changes: an account's text becomes its own by being typed in. */
export function changeable(work, tab) {
  if (tab === ALL || work.own[tab] || work.targets.length === 1) return entriesOf(work, tab);
  work.own[tab] = work.shared.map((entry) => ({ ...entry, media: entry.media.map(parted) }));
  return work.own[tab];
}

/** Files still on their way stay the same object, so that both hear of the end. */
const parted = (file) => (file.id ? { ...file } : file);

export const isEmpty = (work) =>
  [work.shared, ...Object.values(work.own)].flat().every((entry) => !entry.text.trim() && !entry.media.length);

/** Files that cannot be posted: still on their way, or refused (`wrong` says why). */
export const missing = (work) => [work.shared, ...Object.values(work.own)].flat().flatMap((entry) => entry.media).filter((file) => !file.id);

/** The body of a request for this, as `POST /v1/posts` wants it. */
export function body(work, when) {
  const repeat = when === "draft" ? null : repeatOf(work);
  const own = work.targets.every((id) => work.own[id]) && work.targets.length;
  return {
    when,
    zone: work.zone,
    ...(repeat ? { repeat } : {}),
    entries: own ? [] : work.shared.map(sent),
    ...(work.comment?.trim() ? { first_comment: { text: work.comment, where_possible: Boolean(work.commentWherePossible) } } : {}),
    signature: work.signature ?? null,
    tags: work.tags ?? [],
    accounts: work.targets.map((account) => ({
      account,
      options: work.options[account] ?? {},
      ...(work.own[account] ? { entries: work.own[account].map(sent) } : {}),
    })),
  };
}

const sent = ({ text, media, delay }) => ({
  text,
  delay,
  media: media.filter((file) => file.id).map(({ id, alt }) => ({ id, alt })),
});

/** A stored post as something to be composed again, for those of its deliveries that `wanted` keeps. */
export function ofPost(post, wanted) {
  const parts = post.deliveries.filter(wanted);
  const shared = post.entries.length ? post.entries : (parts[0]?.entries ?? [blank()]);
  const same = (entries) => JSON.stringify(entries) === JSON.stringify(shared);
  return {
    ...fresh(),
    targets: parts.map((each) => each.account),
    shared: shared.map(taken),
    own: Object.fromEntries(parts.filter((each) => !same(each.entries)).map((each) => [each.account, each.entries.map(taken)])),
    options: Object.fromEntries(parts.map((each) => [each.account, each.options])),
    zone: post.zone === "UTC" ? zone : post.zone,
    tags: post.tags,
  };
}

const taken = ({ text, media, delay }) => ({
  text,
  delay,
  media: media.map(({ id, name, kind, alt }) => ({ id, name, kind, alt })),
});
