/** What a post ends with, and what it is filed under: first comment, signature, tags. */

import { $, h } from "./dom.js";
import { ask } from "./api.js";

/** Fills the choices; a post that begins anew begins with the automatic signature. */
export async function begin(work, anew) {
  const [{ signatures }, { tags }] = await Promise.all([ask("GET", "/v1/signatures"), ask("GET", "/v1/tags")]);
  $("#signature").append(...signatures.map((each) => h("option", { value: each.id, title: each.text }, each.name)));
  $("#known-tags").append(...tags.map((each) => h("option", { value: each.name })));
  if (anew) work.signature = signatures.find((each) => each.auto)?.id ?? null;
  if (!signatures.some((each) => each.id === work.signature)) work.signature = null;
}

export function draw(work) {
  $("#comment").value = work.comment ?? "";
  $("#possible").checked = Boolean(work.commentWherePossible);
  $("#signature").value = work.signature ?? "";
  $("#tags").value = (work.tags ?? []).join(", ");
  $("#endings").open ||= Boolean(work.comment || work.signature || work.tags?.length);
}

/** `changed()` hears that something is different; `work()` is what is composed now. */
export function wire(work, changed) {
  const on = (id, put) => ($(id).oninput = (event) => (put(work(), event.target), changed()));
  on("#comment", (now, field) => (now.comment = field.value));
  on("#possible", (now, field) => (now.commentWherePossible = field.checked));
  on("#signature", (now, field) => (now.signature = field.value || null));
  on("#tags", (now, field) => (now.tags = field.value.split(",").map((each) => each.trim()).filter(Boolean)));
}
