/** What is being composed is kept in this browser as it is typed: closing the tab loses nothing. */

import { workspace } from "./api.js";

const PREFIX = `lamppost:${workspace}:`;
/** Milliseconds after which what nobody came back to is forgotten. */
const FORGET = 30 * 86_400_000;
/** Milliseconds in which a page that is being left gives its draft free. */
const LEAVING = 400;

/** What was kept under a name: `{work, at, base}`, or null. */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

/** Whether it could be kept; a browser may refuse, and files on their way are left out. `base`: what it began with. */
export function keep(name, work, base) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify({ work: finished(work), at: Date.now(), base }));
    return true;
  } catch {
    return false;
  }
}

export const forget = (name) => localStorage.removeItem(PREFIX + name);

/** The name of a new post: the last one kept that no other tab is busy with, else one of its own. */
export async function free() {
  const kept = names().filter((name) => name.startsWith("new:"));
  kept.sort((a, b) => recall(b).at - recall(a).at);
  for (const name of kept) if (await taken(name)) return name;
  const name = `new:${crypto.randomUUID()}`;
  await taken(name);
  return name;
}

/** Whether this tab has the name to itself, from now until it is closed. */
function taken(name) {
  if (!navigator.locks) return true; // pages without TLS have no locks
  const signal = AbortSignal.timeout(LEAVING);
  return new Promise((resolve) => {
    const hold = () => new Promise(() => resolve(true));
    navigator.locks.request(PREFIX + name, { signal }, hold).catch(() => resolve(false));
  });
}

export function forgetOld() {
  for (const name of names()) {
    const kept = recall(name);
    if (!kept?.at || Date.now() - kept.at > FORGET) forget(name);
  }
}

const names = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));

function finished(work) {
  const whole = (entries) => entries.map((entry) => ({ ...entry, media: entry.media.filter((file) => file.id) }));
  const own = Object.fromEntries(Object.entries(work.own).map(([id, entries]) => [id, whole(entries)]));
  return { ...work, shared: whole(work.shared), own };
}
