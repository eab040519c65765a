/** The settings: what is shown once, and what is saved as soon as it is chosen. */

import { h } from "./dom.js";
import { ask } from "./api.js";
import { busy, fields } from "./deeds.js";
import { renew } from "./fresh.js";
import { say, warn } from "./said.js";

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-once]")) return;
  event.preventDefault();
  make(event.target, fields(event.target));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-once]");
  if (button) make(button);
});

document.addEventListener("change", (event) => {
  if (event.target.dataset.patch) save(event.target);
});

/** Makes something whose secret is in the answer, this once. */
async function make(element, body) {
  if (element.ariaBusy === "true") return;
  busy(element, true);
  const [method, path] = element.dataset.once.split(" ");
  try {
    const made = await ask(method, path, body);
    element.reset?.();
    element.closest("details")?.removeAttribute("open");
    await show(element.dataset.told, made[element.dataset.show]);
    await renew();
  } catch (problem) {
    warn(problem);
  } finally {
    busy(element, false);
  }
}

/** A secret to copy; it is gone with the dialog. */
function show(told, secret) {
  const field = h("input", { readonly: true, value: secret, "aria-label": "To copy", onfocus: () => field.select() });
  const copy = h("button", { type: "button", class: "loud", onclick: () => copied(field) }, "Copy");
  const dialog = h(
    "dialog",
    { class: "once", "aria-label": "Shown once" },
    h("form", { method: "dialog" }, h("p", {}, told), field, h("p", { class: "deeds" }, copy, h("button", {}, "Done"))),
  );
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    dialog.onclose = () => {
      dialog.remove();
      resolve();
    };
  });
}

async function copied(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say("Copied.");
  } catch {
    document.execCommand("copy"); // pages without TLS have no clipboard of their own
  }
}

/** Saves a choice at once; what could not be saved is shown as it really is. */
async function save(field) {
  const { patch, on, off, field: name } = field.dataset;
  try {
    await ask("PATCH", patch, name ? { [name]: field.value } : JSON.parse(field.checked ? on : off));
    say("Saved.");
  } catch (problem) {
    warn(problem);
    for (const option of field.options ?? []) option.selected = option.defaultSelected;
    if (!name) field.checked = field.defaultChecked;
  }
  field.blur();
  await renew();
}
