/** Everything about a post as text, to be pasted where somebody asks what happened. */

import { ask } from "./api.js";
import { say, warn } from "./said.js";

export function begin() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-ticket]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(written(await ask("GET", `/v1/posts/${button.dataset.ticket}`)));
      say("Copied.");
    } catch (problem) {
      warn(problem);
    }
  });
}

function written(post) {
  return [
    `Post ${post.id}: ${post.state}, due ${post.due}, made ${post.created}`,
    ...post.deliveries.flatMap((each) => [
      `${each.platform} ${each.account}: ${each.state}, attempts ${each.attempt}, expected ${each.expected ?? "never"}`,
      ...each.receipts.map((receipt, number) => `  entry ${number + 1} out ${receipt.at} ${receipt.id} ${receipt.url}`),
      ...(each.trouble ? [`  ${each.trouble.at} ${each.trouble.sentence}`, `  ${each.trouble.words}`] : []),
    ]),
  ].join("\n");
}
