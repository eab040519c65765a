/** The API as a person uses it: with the session's cookie and CSRF token; problems come as sentences. */

const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;

export const root = meta("root");
export const workspace = meta("workspace");

/** What was asked for cannot be done; `message` is the sentence, `errors` the details. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `Lamppost answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
  }
}

/** No answer came: what was asked for may have been done all the same. */
export class Silence extends Error {
  constructor() {
    super("No answer came. Look whether it was done before you try again.");
  }
}

let ahead = 0;

/** The present by Lamppost's clock, in milliseconds: clocks of browsers are often wrong. */
export const now = () => Date.now() + ahead;

/** Asks the API; answers with what the JSON says. */
export async function ask(method, path, body, { headers = {}, signal } = {}) {
  let [answer, told] = await heard(method, path, body, headers, signal);
  if (told.code === "csrf" && (await signedInAgain())) [answer, told] = await heard(method, path, body, headers, signal);
  if (answer.status === 401) told.detail = "You are signed out. Sign in in another tab, then come back here and press again: nothing here is lost.";
  if (!answer.ok) throw new Refusal(answer.status, told);
  return told;
}

async function heard(...given) {
  const answer = await reach(...given);
  return [answer, await answer.json().catch(() => ({}))];
}

/** Whether this browser has been signed in anew to the same workspace; the page goes on with the new session's token. */
async function signedInAgain() {
  const answer = await fetch(`${root}/import`, { headers: { Accept: "text/html" } }).catch(() => null);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  const told = (name) => page.querySelector(`meta[name="${name}"]`)?.content;
  if (!told("csrf") || told("workspace") !== workspace) return false;
  document.querySelector("meta[name=csrf]").content = told("csrf");
  return true;
}

/** Every one of a list that comes in pages. */
export async function all(path, name) {
  const found = [];
  for (let after = ""; after !== null; ) {
    const page = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}limit=200${after && `&after=${encodeURIComponent(after)}`}`);
    found.push(...page[name]);
    after = page.next;
  }
  return found;
}

async function reach(method, path, body, headers, signal) {
  try {
    const answer = await fetch(root + path, {
      method,
      signal,
      headers: {
        Accept: "application/json",
        ...(method === "GET" ? {} : { "Content-Type": "application/json", "X-CSRF-Token": meta("csrf") }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    learnTime(answer);
    return answer;
  } catch (trouble) {
    if (trouble.name === "AbortError") throw trouble;
    throw new Silence();
  }
}

/** Half a minute is too much to be the way of the answer, and enough to make "in 10 seconds" wrong. */
function learnTime(answer) {
  const told = Date.parse(answer.headers.get("Date") ?? "");
  if (told) ahead = Math.abs(told - Date.now()) > 2000 ? told - Date.now() : 0;
}
