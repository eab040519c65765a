/** What each platform says about a draft, asked of Lamppost a little after the last key: limits live there alone. */

import { Silence, ask } from "./api.js";
import { later } from "./dom.js";
import { body } from "./work.js";

/** Milliseconds without a key before it is asked. */
const QUIET = 400;

let running = null;

/** `soon(work)` asks, and `told({complaints, counts, due, said, wrong})` hears the newest answer only. */
export function checker(told) {
  return later((work) => check(work).then((found) => found && told(found)), QUIET);
}

/** The answer for a draft as it is; null where a newer question overtook it. */
export async function check(work) {
  running?.abort();
  if (!work.targets.length) return nothing("");
  running = new AbortController();
  try {
    return { wrong: "", ...(await ask("POST", "/v1/posts/check", body(work, whenOf(work)), { signal: running.signal })) };
  } catch (problem) {
    if (problem.name === "AbortError") return null;
    return nothing(problem instanceof Silence ? "No line to Lamppost just now: what you write is kept in this browser." : problem.message);
  }
}

const nothing = (wrong) => ({ complaints: [], counts: [], due: null, said: "", wrong });

/** A moment as the API wants it: without one it is checked as a draft. */
export function whenOf(work) {
  if (work.when === "slot") return "next-free-slot";
  if (work.when !== "at") return work.when;
  return work.at ? `${work.at}:00`.slice(0, 19) : "draft";
}
