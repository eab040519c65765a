/** Files go straight to the bucket; Lamppost looks at them once they have arrived. */

import { Refusal, ask } from "./api.js";

/** A file on its way; `id` is there once it may be posted, `wrong` says why it cannot, `again()` tries once more where that may help. `told()` hears of the end, `media.show(part)` of the way there. */
export function upload(file, told) {
  const media = { id: null, name: file.name || "pasted.png", kind: kindOf(file.type), alt: "", done: 0, wrong: "" };
  const go = () =>
    run(file, media, told).catch((problem) => {
      const cut = !(problem instanceof Refusal) || problem.status === 401;
      Object.assign(media, { wrong: problem.message, done: 0, again: cut ? again : null });
      told();
    });
  const again = () => {
    media.wrong = "";
    go();
  };
  go();
  return media;
}

const kindOf = (type) => (type === "image/gif" ? "gif" : type.startsWith("image/") ? "image" : type.startsWith("video/") ? "video" : "document");

async function run(file, media, told) {
  const begun = await ask("POST", "/v1/media", { name: media.name.slice(-200), mime: file.type || "application/octet-stream", size: file.size });
  await send(begun.upload, file, (part) => {
    media.done = part;
    media.show?.(part);
  });
  const ready = await ask("POST", `/v1/media/${begun.id}/done`);
  Object.assign(media, { id: ready.id, kind: ready.kind, done: 1 });
  told();
}

/** `fetch` tells nothing of how far an upload is; this does. */
function send({ url, fields }, file, progress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.upload.onprogress = (event) => progress(event.loaded / event.total);
  return new Promise((resolve, reject) => {
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`The upload was refused (${request.status}).`)));
    request.onerror = () => reject(new Error("The upload was cut off."));
    request.send(form);
  });
}
