/** What the composer begins with: nothing, what was kept, or a post to be edited or duplicated. */

import { ask } from "./api.js";
import { free, recall } from "./drafts.js";
import { leftOf } from "./repeating.js";
import { localIn, spoken, zone } from "./times.js";
import { fresh, ofPost } from "./work.js";

const OPEN = ["draft", "scheduled", "held", "failed"];
const editable = (each) => OPEN.includes(each.state) && !each.receipts.length && !each.doubt;

/** `{work, name, replaced, title, kept, base}`: `name` is what it is kept under, `replaced` which deliveries it stands in
 * for, `base` what it says before anybody has changed it. */
export async function start(query, accounts) {
  const begun = await beginning(query, accounts);
  const kept = recall(begun.name);
  begun.base = said(begun);
  if (kept) {
    begun.work = { ...begun.work, ...kept.work };
    begun.kept = `Kept from ${spoken(new Date(kept.at))}`;
    if (kept.base !== begun.base) begun.kept += "; the post itself was changed since";
  }
  begun.work.targets = begun.work.targets.filter((id) => accounts.has(id));
  if (query.has("at")) Object.assign(begun.work, { when: "at", at: withHour(query.get("at")) });
  return begun;
}

/** What a post that is there says and when it is due; of a new one there is nothing to compare. */
const said = ({ name, work: { shared, own, options, at, tags } }) => (name.startsWith("new:") ? "" : JSON.stringify([shared, own, options, at, tags]));

async function beginning(query, accounts) {
  const [post, delivery, copy] = ["post", "delivery", "copy"].map((each) => query.get(each));
  if (post) return edited(await ask("GET", `/v1/posts/${post}`), editable, `post:${post}`);
  if (delivery) {
    const whole = await ask("GET", `/v1/posts/${delivery.split(".")[0]}`);
    return edited(whole, (each) => each.id === delivery && editable(each), `delivery:${delivery}`);
  }
  if (query.has("series")) return following(query.get("series"), query.get("from"));
  const begun = { work: fresh(), name: copy ? `copy:${copy}` : await free(), replaced: [], title: "New post", kept: "" };
  if (copy) return { ...begun, work: ofPost(await ask("GET", `/v1/posts/${copy}`), () => true) };
  begun.work.targets = query.has("account") ? [query.get("account")] : accounts.size === 1 ? [...accounts.keys()] : [];
  return begun;
}

/** A series from an occurrence on: what it says, and how it goes on from there. */
async function following(id, from) {
  const series = await ask("GET", `/v1/series/${id}`);
  const first = series.coming.find((each) => each.post === from);
  if (!first) throw new Error("This occurrence does not lie ahead any more. Edit a later one.");
  const deliveries = series.accounts.map((each) => ({ ...each, entries: each.entries ?? series.entries }));
  const work = ofPost({ ...series, deliveries }, () => true);
  const more = { when: "at", at: localIn(new Date(first.due), work.zone), repeat: leftOf(series, first.number) };
  const name = `series:${from}`;
  return { work: { ...work, ...more, series: { id, from, number: first.number } }, name, replaced: [], title: "Edit this and the following", kept: "" };
}

function edited(post, wanted, name) {
  const parts = post.deliveries.filter(wanted);
  if (!parts.length) throw new Error("Nothing of this can be changed any more: it is out, cancelled or going out now.");
  const work = ofPost(post, wanted);
  const failed = parts.some((each) => each.state === "failed");
  const past = new Date(post.due) < new Date();
  if (parts.every((each) => each.state === "draft")) work.when = "draft";
  else if (!failed && !past) Object.assign(work, { when: "at", at: localIn(new Date(post.due), work.zone) });
  return { work, name, replaced: parts.map((each) => each.id), title: failed ? "Edit and retry" : "Edit post", kept: "" };
}

/** A day alone means nine o'clock; today it means the next whole hour. */
function withHour(day) {
  if (day.includes("T")) return day.slice(0, 16);
  const [today, time] = localIn(new Date(Date.now() + 3_600_000), zone).split("T");
  return today === day ? `${day}T${time.slice(0, 2)}:00` : `${day}T09:00`;
}
