/** The entries of a tab: text, files with their descriptions, and the pause before each further one. */

import { $, $$, h } from "./dom.js";
import { root, workspace } from "./api.js";
import { upload } from "./files.js";

const PAUSES = [[0, "right after"], [60, "1 minute later"], [300, "5 minutes later"], [900, "15 minutes later"], [3600, "1 hour later"], [86_400, "1 day later"]];

/** Draws entries into a list; `edit()` answers with the ones to change, `changed(again)` hears that they have. */
export function draw(list, entries, edit, changed) {
  list.replaceChildren(...entries.map((entry, number) => box(entry, number, entries.length, { edit, changed })));
  for (const area of $$("textarea", list)) fit(area);
}

/** As high as its text, where the browser cannot see to that itself. */
function fit(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function box(entry, number, of, on) {
  const name = of > 1 ? `Text of entry ${number + 1}` : "Text";
  const area = h("textarea", {
    value: entry.text,
    rows: number ? 2 : 4,
    "aria-label": name,
    placeholder: number ? "And then …" : "What is there to say?",
    "data-entry": number,
    "aria-describedby": `wrong-${number}`,
    oninput: () => {
      on.edit()[number].text = area.value;
      fit(area);
      on.changed();
    },
    onpaste: (event) => attach(event.clipboardData.files, number, on) && event.preventDefault(),
  });
  const picker = h("input", { type: "file", multiple: true, hidden: true, accept: "image/*,video/*,application/pdf", onchange: () => attach(picker.files, number, on) });
  return h(
    "li",
    { class: "piece", ...dropping(number, on) },
    number ? pause(entry, number, on) : null,
    area,
    h("ul", { class: "complaints", id: `wrong-${number}`, "data-wrong": number, "aria-live": "polite", "aria-label": "What stands in the way" }),
    h("ul", { class: "files" }, entry.media.map((file, place) => tile(file, number, place, entry.media.length, on))),
    h(
      "p",
      { class: "under" },
      h("button", { type: "button", class: "quiet small", onclick: () => picker.click() }, "+ Picture or film"),
      picker,
      h("span", { class: "counts", "data-counts": number }),
      of > 1 ? h("button", { type: "button", class: "quiet small", "aria-label": `Remove entry ${number + 1}`, onclick: () => change(on, (entries) => entries.splice(number, 1)) }, "Remove") : null,
    ),
  );
}

function change(on, act) {
  act(on.edit());
  on.changed(true);
}

function pause(entry, number, on) {
  const known = PAUSES.some(([seconds]) => seconds === entry.delay) ? PAUSES : [...PAUSES, [entry.delay, `${entry.delay} seconds later`]];
  const select = h(
    "select",
    { "aria-label": `When entry ${number + 1} follows`, onchange: () => change(on, (entries) => (entries[number].delay = Number(select.value))) },
    known.map(([seconds, words]) => h("option", { value: seconds, selected: seconds === entry.delay }, words)),
  );
  return h("p", { class: "pause" }, select);
}

function dropping(number, on) {
  const has = (event) => event.dataTransfer?.types.includes("Files");
  return {
    ondragover: (event) => has(event) && (event.preventDefault(), event.currentTarget.classList.add("over")),
    ondragleave: (event) => event.currentTarget.classList.remove("over"),
    ondrop: (event) => {
      event.currentTarget.classList.remove("over");
      if (attach(event.dataTransfer.files, number, on)) event.preventDefault();
    },
  };
}

/** Whether there was anything to attach. */
function attach(files, number, on) {
  for (const file of files) {
    const media = upload(file, () => on.changed(true));
    change(on, (entries) => entries[number].media.push(media));
  }
  return files.length > 0;
}

function tile(file, number, place, of, on) {
  const within = (act) => change(on, (entries) => act(entries[number].media));
  const swap = (by) => within((media) => media.splice(place + by, 0, ...media.splice(place, 1)));
  const alt = h("input", {
    value: file.alt,
    placeholder: "Describe it for those who cannot see it",
    "aria-label": `Description of ${file.name}`,
    "data-alt": `${number}.${place}`,
    oninput: () => {
      on.edit()[number].media[place].alt = alt.value;
      on.changed();
    },
  });
  const button = (words, sign, act) => h("button", { type: "button", class: "quiet small", "aria-label": `${words} ${file.name}`, onclick: act }, sign);
  return h(
    "li",
    { class: `tile ${file.wrong ? "wrong" : ""}` },
    preview(file),
    h(
      "div",
      {},
      h("span", { class: "name" }, file.name),
      file.wrong ? h("span", { class: "trouble" }, file.wrong, file.again ? [" ", again(file, on)] : null) : file.id ? alt : progress(file),
    ),
    place ? button("Earlier:", "↑", () => swap(-1)) : null,
    place < of - 1 ? button("Later:", "↓", () => swap(1)) : null,
    button("Remove", "×", () => within((media) => media.splice(place, 1))),
  );
}

const again = (file, on) => h("button", { type: "button", class: "small", "aria-label": `Try ${file.name} again`, onclick: () => (file.again(), on.changed(true)) }, "Try again");

function progress(file) {
  const bar = h("progress", { max: "1", "aria-label": `Uploading ${file.name}` });
  file.show = (part) => (bar.value = part);
  file.show(file.done);
  return bar;
}

function preview(file) {
  if (!file.id) return h("span", { class: "thumb file" }, file.kind);
  const src = `${root}/media/${workspace}/${file.id}`;
  if (file.kind === "image" || file.kind === "gif") return h("img", { class: "thumb", src, alt: "" });
  if (file.kind === "video") return h("video", { class: "thumb", src, muted: true, preload: "metadata" });
  return h("span", { class: "thumb file" }, file.kind);
}

/** Where the caret is, to be put back after the list is drawn anew. */
export function caret(list) {
  const at = document.activeElement;
  const name = at?.dataset?.entry !== undefined ? `[data-entry="${at.dataset.entry}"]` : at?.dataset?.alt ? `[data-alt="${at.dataset.alt}"]` : "";
  if (!name || !list.contains(at)) return () => {};
  const [start, end] = [at.selectionStart, at.selectionEnd];
  return () => {
    const found = $(name, list);
    found?.focus();
    found?.setSelectionRange(start, end);
  };
}
