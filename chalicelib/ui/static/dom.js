/** Elements in one expression; text is always text. */

/** `h("li", {class: "a", onclick: act}, "text", child)`; a value of null or false leaves an attribute out. */
export function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on") || key === "value" || key === "checked") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/** A picture of an account over its initial, with its platform's mark. */
export function face(account, platform) {
  return h(
    "span",
    { class: `face ${platform}`, "aria-hidden": "true" },
    h("b", {}, [...(account?.name || account?.handle || "?")][0]),
    account?.picture ? h("img", { src: account.picture, alt: "", loading: "lazy" }) : null,
    h("i", {}, platform[0].toUpperCase()),
  );
}

/** `act` once nobody has called for `wait` milliseconds. */
export function later(act, wait) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
}
