/** A table of posts: looked at row by row, shown, and only then scheduled. */

import { $, face, h } from "./dom.js";
import { all, ask, root } from "./api.js";
import { warn } from "./said.js";
import { localise, zone } from "./times.js";

const accounts = new Map();
let csv = "";
let turn = 0;

/** A file's text: spreadsheets write UTF-8, UTF-16 with a mark, or Windows-1252. */
export function decoded(bytes) {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Every row, page after page; `soon(rows)` hears of each page. Null where a newer question overtook it. */
async function every(dry, soon) {
  const mine = ++turn;
  const body = { csv, zone: $("#zone").value, dates: $("#dates").value, again: $("#again").checked, dry_run: dry };
  const rows = [];
  for (let start = 0; start !== null; ) {
    const page = await ask("POST", "/v1/import", { ...body, start });
    if (mine !== turn) return null;
    rows.push(...page.rows);
    soon(rows, page);
    start = page.next;
  }
  return rows;
}

async function look() {
  if (!csv) return;
  $("#save").hidden = true;
  try {
    const rows = await every(true, (found, { total, unknown }) => {
      draw(found);
      $("#outcome").textContent = `Looked at ${found.length} of ${total} rows.${unknown.length ? ` Passed over: ${unknown.join(", ")}.` : ""}`;
    });
    if (rows) offer(rows);
  } catch (problem) {
    $("#rows").hidden = true;
    $("#outcome").textContent = "";
    warn(problem);
  }
}

function offer(rows) {
  const good = rows.filter((row) => row.ok).length;
  const bad = rows.length - good;
  $("#save").hidden = !good;
  $("#save").textContent = `Schedule ${good} ${good === 1 ? "post" : "posts"}`;
  $("#outcome").textContent += bad ? ` ${bad} cannot go out as ${bad === 1 ? "it is" : "they are"}.` : "";
}

async function save() {
  $("#save").ariaDisabled = "true";
  try {
    const rows = await every(false, (found, { total }) => {
      draw(found);
      $("#outcome").textContent = `${found.length} of ${total} rows …`;
    });
    if (!rows) return;
    const saved = rows.filter((row) => row.post).length;
    $("#outcome").textContent = `${saved} ${saved === 1 ? "post is" : "posts are"} saved; ${rows.length - saved} not. The same table again saves nothing twice.`;
    $("#save").hidden = true;
  } catch (problem) {
    warn(problem);
  } finally {
    $("#save").ariaDisabled = "false";
  }
}

function draw(rows) {
  $("#rows").hidden = !rows.length;
  $("#rows tbody").replaceChildren(...rows.map(line));
  localise($("#rows"));
}

function line(row) {
  const when = row.draft ? "Draft" : row.due ? h("time", { datetime: row.due, "data-form": "full" }) : "";
  const how = row.post ? h("a", { href: `${root}/posts/${row.post}` }, row.draft ? "Saved as a draft" : "Scheduled") : row.ok ? "Good" : h("ul", {}, row.complaints.map(complaint));
  return h(
    "tr",
    { class: row.ok ? "good" : "bad" },
    h("th", { scope: "row" }, String(row.row)),
    h("td", {}, when, row.said ? h("small", {}, ` ${row.said}`) : null),
    h("td", {}, row.accounts.map(where)),
    h("td", {}, row.text, row.tags.map((tag) => [" ", h("span", { class: "tag" }, tag)])),
    h("td", {}, how),
  );
}

function where(id) {
  const account = accounts.get(id);
  return account ? h("span", { title: account.handle }, face(account, account.platform), " ", account.handle || account.name, " ") : id;
}

const complaint = ({ account, sentence }) => h("li", { class: "trouble" }, account && accounts.has(account) ? `${accounts.get(account).handle}: ` : null, sentence);

async function take(file) {
  if (!file) return;
  csv = decoded(await file.arrayBuffer());
  look();
}

function wire() {
  const drop = $("#drop");
  drop.ondragover = (event) => (event.preventDefault(), drop.classList.add("over"));
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files[0]).catch(warn);
  };
  $("#file").onchange = () => take($("#file").files[0]).catch(warn);
  for (const each of ["#zone", "#dates", "#again"]) $(each).onchange = look;
  $("#table").onsubmit = (event) => event.preventDefault();
  $("#save").onclick = save;
  $("#zone").value = zone;
  $("#zones").append(...Intl.supportedValuesOf("timeZone").map((name) => h("option", { value: name })));
}

wire();
all("/v1/accounts", "accounts")
  .then((known) => known.forEach((each) => accounts.set(each.id, each)))
  .catch(warn);
