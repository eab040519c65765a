/** The whole export as one file: the API gives it a page at a time, since an answer has its limits. */

import { h } from "./dom.js";
import { ask, root } from "./api.js";
import { say, warn } from "./said.js";

export function begin() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-export]");
    if (!link) return;
    event.preventDefault();
    ({ json: everything, csv: table })[link.dataset.export]().catch(warn);
  });
}

async function everything() {
  const whole = {};
  for (let after = ""; after !== null; ) {
    const { next, ...page } = await ask("GET", `/v1/export?after=${encodeURIComponent(after)}`);
    for (const [name, value] of Object.entries(page)) whole[name] = Array.isArray(value) ? [...(whole[name] ?? []), ...value] : value;
    after = next;
  }
  save("lamppost.json", "application/json", [JSON.stringify(whole, null, 1)]);
}

async function table() {
  const pages = [];
  for (let url = `${root}/v1/export/posts.csv`; url; ) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? `Lamppost answered ${answer.status}.`);
    pages.push(await answer.arrayBuffer());
    url = /<([^>]+)>/.exec(answer.headers.get("Link") ?? "")?.[1];
  }
  save("posts.csv", "text/csv", pages);
}

function save(name, type, parts) {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  say(`${name} is in your downloads.`);
}
