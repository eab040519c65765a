/** Saving what was composed: what it replaces is cancelled first, so that nothing can go out twice. */

import { Refusal, ask, now } from "./api.js";
import { check, whenOf } from "./checks.js";
import { repeatOf } from "./repeating.js";
import { GRACE } from "./undo.js";
import { body } from "./work.js";

/** What it stands in for is on its way already; `accounts` keep what they have. */
export class Overtaken extends Error {
  constructor(accounts, sentence) {
    super(`${sentence} There it stays as it is; send again for the others.`);
    this.accounts = accounts;
  }
}

/** Saves and answers with the stored post. `replaced` are ids of deliveries that this stands in for; `again` says that
 * the same text within a day is meant. */
export async function send(work, replaced, again = false) {
  if (replaced.length) await replace(work, replaced, again);
  const when = work.when === "now" ? new Date(now() + GRACE).toISOString() : whenOf(work);
  if (work.series) return resend(work, when);
  return ask("POST", "/v1/posts", { ...body(work, when), again }, { headers: { "Idempotency-Key": await keyOf(work) } });
}

/** This occurrence of a series and the following; answers with the first of them as it is then. */
async function resend(work, when) {
  const { id, from, number } = work.series;
  const changed = { ...body(work, when), from, repeat: repeatOf(work, number) };
  const { coming } = await ask("PATCH", `/v1/series/${id}`, changed);
  return { id: (coming.find((each) => each.number >= number) ?? coming[0]).post };
}

/** The same content again has the same key, even after a reload: an answer that got lost never makes a second post. */
async function keyOf(work) {
  const said = new TextEncoder().encode(JSON.stringify(body(work, whenOf(work))));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", said));
  return `${work.id}.${[...digest.slice(0, 12)].map((each) => each.toString(16).padStart(2, "0")).join("")}`;
}

/** Cancels what this stands in for, once it is certain that this can be saved. */
async function replace(work, replaced, again) {
  const found = await check(work);
  if (!found || found.wrong) throw new Error(found?.wrong ?? "It is still being checked.");
  const wrong = found.complaints.filter((each) => each.kind !== "warning");
  if (wrong.length && work.when !== "draft") throw new Refusal(422, { detail: wrong[0].sentence, errors: wrong });
  const own = new Set(replaced.map((each) => each.split(".")[0]));
  const twice = found.complaints.find((each) => each.kind === "warning" && !own.has(each.post));
  if (twice && !again && work.when !== "draft") throw new Refusal(409, { code: "same-text", detail: twice.sentence });
  const kept = [];
  while (replaced.length) {
    const refusal = await cancelled(replaced[0]);
    if (refusal) kept.push({ account: replaced[0].split(".")[1], sentence: refusal.message });
    replaced.shift();
  }
  if (kept.length) throw new Overtaken(kept.map((each) => each.account), kept[0].sentence);
}

/** Null, or why a delivery could not be cancelled; one that was cancelled before is no matter. */
async function cancelled(delivery) {
  try {
    await ask("POST", `/v1/deliveries/${delivery}/cancel`);
    return null;
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    const post = await ask("GET", `/v1/posts/${delivery.split(".")[0]}`);
    return post.deliveries.find((each) => each.id === delivery)?.state === "cancelled" ? null : problem;
  }
}
