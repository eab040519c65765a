/** A form from a JSON Schema: what a platform wants to know about a post. */

import { h, later } from "./dom.js";
import { ask } from "./api.js";

/**
 * The fields of `schema` over `values`; `changed(values)` hears of every change.
 * `tools` are the platform's pick lists, asked through `account`.
 */
export function form(schema, values, changed, account, tools) {
  const at = { defs: schema.$defs ?? {}, account, tools: Object.fromEntries(tools.map((tool) => [tool.name, tool])) };
  return object(schema, { ...values }, changed, at);
}

function object(schema, values, changed, at) {
  const put = (name, value) => {
    if (value === undefined) delete values[name];
    else values[name] = value;
    changed(values);
  };
  return Object.entries(schema.properties ?? {}).map(([name, given]) => {
    const needed = schema.required?.includes(name) ?? false;
    return field(name, resolve(given, at), values[name], (value) => put(name, value), { ...at, needed, beside: values });
  });
}

/** The schema itself: references followed, "or null" remembered as `optional`. */
function resolve(given, at) {
  if (given.$ref) return { ...at.defs[given.$ref.split("/").at(-1)], ...given, $ref: undefined };
  const kinds = given.anyOf?.filter((each) => each.type !== "null");
  if (!kinds) return given;
  const { title, description } = given;
  const one = resolve(kinds.at(-1), at);
  return { ...one, title: title ?? one.title, description: description ?? one.description, default: given.default, optional: true };
}

function field(name, schema, value, put, at) {
  if (schema.type === "object") return group(name, schema, value, put, at);
  if (schema.type === "array") return list(name, schema, value, put, at);
  if (schema.type === "boolean") return tick(name, schema, value, put);
  return labelled(name, schema, schema.enum ? choice(schema, value, put, at) : input(name, schema, value, put, at), at);
}

function labelled(name, schema, control, at = {}) {
  const said = schema.description && h("small", {}, schema.description);
  return h("label", { class: "option" }, h("span", {}, titled(name), at.needed ? h("b", { title: "needed" }, " *") : null), control, said);
}

/** `who_can_reply_post` and `autoAddMusic` as words. */
function titled(name) {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
  return words[0].toUpperCase() + words.slice(1);
}

const shown = (value) => (/^[A-Z][A-Z_]+$/.test(value) ? titled(value) : titled(String(value)));

function choice(schema, value, put, at) {
  const now = value ?? schema.default ?? "";
  const free = !at.needed && (schema.optional || !schema.default);
  const select = h(
    "select",
    { required: at.needed, onchange: () => put(select.value === "" ? undefined : schema.enum.find((each) => String(each) === select.value)) },
    free || now === "" ? h("option", { value: "" }, at.needed ? "Choose …" : "As usual") : null,
    schema.enum.map((each) => h("option", { value: each, selected: each === now }, shown(each))),
  );
  return select;
}

function tick(name, schema, value, put) {
  const box = h("input", { type: "checkbox", checked: value ?? schema.default ?? false, onchange: () => put(box.checked === (schema.default ?? false) ? undefined : box.checked) });
  return h("label", { class: "option tick" }, box, h("span", {}, titled(name)), schema.description ? h("small", {}, schema.description) : null);
}

function input(name, schema, value, put, at) {
  const number = schema.type === "integer" || schema.type === "number";
  const long = !number && (schema.maxLength ?? 0) > 300 && !/url|link|icon/i.test(name);
  const tool = toolFor(name, schema, at);
  const control = h(long ? "textarea" : "input", {
    type: long ? null : number ? "number" : "text",
    value: value ?? (number ? "" : (schema.default ?? "")),
    required: at.needed,
    min: schema.minimum,
    max: schema.maximum,
    maxlength: schema.maxLength,
    placeholder: number && schema.default !== null && schema.default !== undefined ? String(schema.default) : null,
    oninput: () => put(read(control, number)),
  });
  return tool ? picking(control, tool, at) : control;
}

function read(control, number) {
  const text = control.value.trim();
  if (!text) return undefined;
  return number ? Number(text) : control.value;
}

/** A field is picked from the tool whose name is its plural, or that its description names. */
function toolFor(name, schema, at) {
  const named = schema.description?.match(/tool “(\w+)”/)?.[1];
  const plural = [`${name}s`, name.replace(/y$/, "ies"), name];
  return at.tools[named] ?? plural.map((each) => at.tools[each]).find(Boolean);
}

let lists = 0;

/** Suggestions come from the platform when the field is entered; what is picked is shown by its name. */
function picking(control, tool, at) {
  const offers = h("datalist", { id: `offers-${++lists}` });
  const said = h("small", { role: "status" });
  const names = new Map();
  const look = async () => {
    const given = Object.fromEntries(Object.keys(tool.parameters).map((each) => [each, at.beside[each] ?? control.value]));
    try {
      const { results } = await ask("POST", `/v1/accounts/${at.account}/tools/${tool.name}`, { parameters: given });
      for (const each of results) names.set(String(each.id ?? each.name), each.name ?? each.title ?? each.id);
      offers.replaceChildren(...[...names].map(([id, name]) => h("option", { value: id }, name)));
      tell();
    } catch (problem) {
      said.textContent = problem.message;
    }
  };
  const tell = () => (said.textContent = names.get(control.value) ?? "");
  control.setAttribute("list", offers.id);
  control.addEventListener("focus", look);
  control.addEventListener("input", tell);
  if (Object.keys(tool.parameters).some((each) => !(each in at.beside))) control.addEventListener("input", later(look, 400));
  return h("span", { class: "picking" }, control, offers, said);
}

function group(name, schema, value, put, at) {
  const optional = schema.optional;
  const inside = h("div", { class: "inside" });
  const open = (now) => inside.replaceChildren(...(now ? object(schema, { ...now }, put, at) : []));
  const box = h("input", { type: "checkbox", checked: Boolean(value), onchange: () => (put(box.checked ? {} : undefined), open(box.checked ? {} : null)) });
  open(value ?? (optional ? null : {}));
  return h("fieldset", { class: "option" }, h("legend", {}, optional ? h("label", {}, box, " ", titled(name)) : titled(name)), schema.description ? h("small", {}, schema.description) : null, inside);
}

function list(name, schema, value, put, at) {
  const items = resolve(schema.items ?? {}, at);
  if (items.enum) return ticks(name, schema, items, value ?? schema.default ?? [], put);
  if (items.type === "object") return many(name, schema, items, value ?? [], put, at);
  const area = h("textarea", { rows: 2, value: (value ?? []).join("\n"), placeholder: "one a line", oninput: () => put(lines(area.value)) });
  return labelled(name, schema, area, at);
}

function lines(text) {
  const found = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return found.length ? found : undefined;
}

function ticks(name, schema, items, value, put) {
  const chosen = new Set(value);
  const flip = (each, on) => {
    if (on) chosen.add(each);
    else chosen.delete(each);
    put(chosen.size ? items.enum.filter((one) => chosen.has(one)) : undefined);
  };
  const boxes = items.enum.map((each) => h("label", {}, h("input", { type: "checkbox", checked: chosen.has(each), onchange: (event) => flip(each, event.target.checked) }), " ", shown(each)));
  return h("fieldset", { class: "option" }, h("legend", {}, titled(name)), h("div", { class: "inside row" }, boxes));
}

/** Several of one kind, each a form of its own; a needed one begins with one. */
function many(name, schema, items, value, put, at) {
  const all = value.length || !at.needed ? value.map((each) => ({ ...each })) : [{}];
  const inside = h("div", { class: "inside" });
  const told = () => put(all.length ? all.map((each) => ({ ...each })) : undefined);
  const redraw = () => inside.replaceChildren(...all.map(one), h("button", { type: "button", class: "quiet small", onclick: () => (all.push({}), told(), redraw()) }, `+ ${titled(name)}`));
  const one = (each, number) => {
    const fields = object(items, each, (values) => ((all[number] = values), told()), at);
    return h("div", { class: "one" }, fields, h("button", { type: "button", class: "quiet small", onclick: () => (all.splice(number, 1), told(), redraw()) }, "Remove"));
  };
  redraw();
  return h("fieldset", { class: "option" }, h("legend", {}, titled(name)), schema.description ? h("small", {}, schema.description) : null, inside);
}
