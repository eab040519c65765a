/** The last seconds before a post goes out, in which it can still be taken back. */

import { $, $$ } from "./dom.js";
import { ask, now, root } from "./api.js";
import { renew, whenever } from "./fresh.js";
import { warn } from "./said.js";

/** Milliseconds ahead that "now" is, so that there is something to undo. */
export const GRACE = 10_000;

export const begin = () => whenever((main) => $$("[data-undo]", main).forEach(count));

function count(notice) {
  const due = Date.parse(notice.dataset.due);
  $("button", notice).onclick = () => takeBack(notice);
  const tick = () => {
    const left = due - now();
    notice.hidden = left <= 0 || left > GRACE;
    if (!notice.hidden) $("span", notice).textContent = `It goes out in ${Math.ceil(left / 1000)} s.`;
    if (left > 0 && left < 60_000 && notice.isConnected) setTimeout(tick, 250);
  };
  tick();
}

async function takeBack(notice) {
  const button = $("button", notice);
  button.disabled = true;
  try {
    const post = await ask("DELETE", `/v1/posts/${notice.dataset.undo}`);
    if (post.state === "cancelled") return location.assign(`${root}/compose?copy=${post.id}`);
    warn("Too late: it was on its way already.");
  } catch (problem) {
    warn(problem);
  }
  return renew();
}
