/** How a post will look on each account: its words as far as there is room for them, its files, its link's card. */

import { $, face, h } from "./dom.js";
import { root, workspace } from "./api.js";
import { ALL, entriesOf } from "./work.js";

const LINK = /(https?:\/\/[^\s]+[^\s.,;:!?)\]}'"])/;

/** Draws one preview for each account that the tab is about; what there is to show comes with the counts. */
export function draw({ counts }, { work, active, accounts, platforms }) {
  const ids = work.targets.filter((id) => active === ALL || id === active);
  const found = ids.map((id) => [accounts.get(id), counts.filter(({ account }) => account === id)]).filter(([account, own]) => account && own.length);
  $("#looks").hidden = !found.length;
  $("#previews").replaceChildren(...found.map(([account, own]) => preview(account, own, work, platforms)));
}

function preview(account, counts, work, platforms) {
  const title = platforms.get(account.platform)?.title ?? account.platform;
  const entries = entriesOf(work, account.id);
  const shown = counts.map((each) => entry(each, entries[each.entry]?.media ?? [], work.options[account.id]));
  return h(
    "article",
    { class: "preview", "aria-label": `On ${title} as ${account.handle || account.name}` },
    h("p", { class: "by" }, face(account, account.platform), h("span", {}, h("b", {}, account.name || account.handle), h("small", {}, [account.name && account.handle, title].filter(Boolean).join(" · ")))),
    h("ol", {}, shown),
    counts.some(({ over }) => over) ? h("p", { class: "trouble" }, `What is struck through is too much for ${title}.`) : null,
  );
}

function entry(count, media, options) {
  const files = media.filter(({ id }) => id);
  const link = count.card && !files.length && options?.card !== false && count.text.split(LINK).find((part) => URL.canParse(part));
  return h(
    "li",
    {},
    h("p", { class: "text" }, linked(count.text), count.over ? h("del", {}, count.over) : null),
    files.length ? h("div", { class: `frames ${files.length > 1 ? "many" : ""}` }, files.map((file) => frame(file, count.ratio))) : null,
    link ? h("p", { class: "linkcard" }, h("b", {}, new URL(link).host), h("small", {}, "With the page's own title and picture, if it has them")) : null,
  );
}

const linked = (text) => text.split(LINK).map((part) => (LINK.test(part) ? h("span", { class: "link" }, part) : part));

function frame(file, ratio) {
  const src = `${root}/media/${workspace}/${file.id}`;
  if (file.kind === "video") return h("video", { src, muted: true, controls: true, preload: "metadata", "aria-label": file.alt || file.name });
  if (file.kind === "document") return h("span", { class: "thumb file" }, file.name);
  return h("img", { src, alt: file.alt, onload: ({ target }) => ratio && bound(target, ratio) });
}

/** A picture that is narrower or wider than the platform takes gets a border, as Lamppost will give it one. */
function bound(picture, [narrow, wide]) {
  const shape = picture.naturalWidth / picture.naturalHeight;
  picture.style.aspectRatio = Math.min(Math.max(shape, narrow), wide);
  picture.classList.toggle("bordered", shape < narrow || shape > wide);
}
