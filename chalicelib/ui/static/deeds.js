/** Every deed of a page: an element's `data-call` names the request, `data-ask` what is asked first,
 * `data-then` the page of what was made. */

import { $$ } from "./dom.js";
import { Silence, ask, root } from "./api.js";
import { renew } from "./fresh.js";
import { say, sure, warn } from "./said.js";

export function begin() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-call]");
    if (button) act(button, JSON.parse(button.dataset.body ?? "null") ?? undefined);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-call]")) return;
    event.preventDefault();
    act(event.target, fields(event.target));
  });
}

/** A form's fields as the API takes them: lists where several may be chosen, numbers where they are meant. */
export function fields(form) {
  const found = Object.fromEntries(new FormData(form));
  for (const each of $$("[data-list]", form)) found[each.name] = new FormData(form).getAll(each.name);
  for (const each of $$("[data-number]", form)) found[each.name] = Number(found[each.name]);
  return found;
}

async function act(element, body) {
  const { call, said, ask: question, yes, then } = element.dataset;
  if (element.ariaBusy === "true" || (question && !(await sure(question, yes ?? "Yes")))) return;
  const [method, path] = call.split(" ");
  busy(element, true);
  try {
    const made = await ask(method, path, body);
    if (then) return location.assign(root + then + made.id);
    say(said);
    document.activeElement?.blur();
    await renew();
  } catch (problem) {
    warn(problem);
    if (!(problem instanceof Silence)) await renew();
  } finally {
    busy(element, false);
  }
}

/** Buttons stay where they are while their deed is done: the focus must not be lost. */
export function busy(element, is) {
  element.ariaBusy = String(is);
  for (const each of $$("button", element)) each.ariaDisabled = String(is);
}
