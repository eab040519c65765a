/** What is being composed is kept in this browser as it is typed: closing the tab loses nothing. */

const PREFIX = "lamppost:";
/** Milliseconds after which what nobody came back to is forgotten. */
const FORGET = 30 * 86_400_000;

/** What was kept under a name: `{work, at}`, or null. */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

/** Whether it could be kept; a browser may refuse, and files on their way are left out. */
export function keep(name, work) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify({ work: finished(work), at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

export const forget = (name) => localStorage.removeItem(PREFIX + name);

export function forgetOld() {
  const names = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  for (const key of names) {
    const kept = recall(key.slice(PREFIX.length));
    if (!kept?.at || Date.now() - kept.at > FORGET) localStorage.removeItem(key);
  }
}

function finished(work) {
  const whole = (entries) => entries.map((entry) => ({ ...entry, media: entry.media.filter((file) => file.id) }));
  const own = Object.fromEntries(Object.entries(work.own).map(([id, entries]) => [id, whole(entries)]));
  return { ...work, shared: whole(work.shared), own };
}
