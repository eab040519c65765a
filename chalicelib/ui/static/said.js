/** What came of a deed, for eyes and screen readers alike. */

import { $, h } from "./dom.js";

/** Good news, gone after a while. */
export function say(sentence) {
  const line = h("p", {}, sentence);
  $("#said").append(line);
  setTimeout(() => line.remove(), 6000);
}

/** A problem; it stays until it is closed. */
export function warn(problem) {
  const sentence = problem instanceof Error ? problem.message : problem;
  const line = h("p", {}, sentence, " ", h("button", { type: "button", "aria-label": "Close", onclick: () => line.remove() }, "×"));
  $("#warned").replaceChildren(line);
}

/** Asks whether it is meant; answers true or false. */
export function sure(sentence, yes) {
  const dialog = h(
    "dialog",
    { "aria-label": "Are you sure?" },
    h(
      "form",
      { method: "dialog" },
      h("p", {}, sentence),
      h("p", { class: "deeds" }, h("button", { value: "" , class: "quiet" }, "Not now"), h("button", { value: "yes", class: "loud" }, yes)),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    };
  });
}
