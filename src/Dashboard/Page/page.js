import { bytes, duration, element, list, setClass, setText, time } from "./rows.js";

const processes = new Map();
const rows = new Map();
let sorting = { column: "tree", down: false };
let now = Date.now();
const find = id => document.getElementById(id);

// The token is in the link's fragment, which is sent to no server, and is then kept for this tab only.
function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem("token");
}

function headers() {
  const known = token();
  return known === null ? {} : { Authorization: `Bearer ${known}` };
}

function say(text, bad = false) {
  setText(find("status"), text);
  setClass(find("status"), bad ? "bad" : "");
}

// ---- the table of processes ----

const missing = row => row.missing === "" ? [] : row.missing.split("\n");
const percent = row => row.processor === null ? "–" : `${row.processor.toFixed(1)} %`;
const memory = row => row.memory === null ? "–" : bytes(row.memory) + (row.isResident ? " (resident)" : "");
const uptime = row => row.startedAt === null ? "" : duration(now - Date.parse(row.startedAt));
const count = number => number === 0 ? "" : String(number);

// [key, title, text, what to sort by, class]
const columns = [
  ["role", "Role", row => row.role, row => row.role, ""],
  ["pid", "Pid", row => String(row.processId), row => row.processId, "number"],
  ["name", "Site or command", row => row.name, row => row.name, "text"],
  ["state", "State", row => row.state, row => row.state, ""],
  ["image", "Image", row => row.image, row => row.image, ""],
  ["layers", "Confinement", null, row => row.ofLayers === 0 ? 2 : row.layers / row.ofLayers, ""],
  ["processor", "Processor", percent, row => row.processor ?? -1, "number"],
  ["memory", "Memory (PSS)", memory, row => row.memory ?? -1, "number"],
  ["inFlight", "In flight", row => count(row.inFlight), row => row.inFlight, "number"],
  ["queued", "Queue", row => count(row.queued), row => row.queued, "number"],
  ["uptime", "Uptime", uptime, row => row.startedAt === null ? 0 : -Date.parse(row.startedAt), "number"],
  ["restarts", "Restarts", row => count(row.restarts), row => row.restarts, "number"],
];
const numeric = new Set(["processor", "memory", "inFlight", "queued", "uptime", "restarts"]);
const orders = [[4, "drain", "Drain"], [2, "reload", "Reload"], [1, "end", "End"]];

function makeHead() {
  const heads = columns.map(([key, title, , , kind]) => {
    const button = element("button", { type: "button", text: title });
    button.addEventListener("click", () => sortBy(key));
    return element("th", { scope: "col", class: kind === "number" ? kind : "", "data-key": key }, button);
  });
  heads.push(element("th", { scope: "col", text: "Orders", class: "orders" }));
  find("process-table").tHead.append(element("tr", {}, ...heads));
}

// Up, down, and back to the tree.
function sortBy(key) {
  const first = numeric.has(key);
  if (sorting.column !== key) sorting = { column: key, down: first };
  else if (sorting.down === first) sorting = { column: key, down: !first };
  else sorting = { column: "tree", down: false };
  for (const head of find("process-table").tHead.rows[0].cells) {
    if (head.dataset.key === sorting.column) head.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  say(sorting.column === "tree" ? "Sorted as a tree." : `Sorted by ${columns.find(([one]) => one === key)[1]}, ${sorting.down ? "highest" : "lowest"} first.`);
  place();
}

function makeRow(row) {
  const cells = columns.map(([key, , , , kind]) => element(key === "role" ? "th" : "td", key === "role" ? { scope: "row" } : { class: kind }));
  cells.push(element("td", { class: "orders" }));
  // The longest texts are clipped to a few lines, and each has its own direction.
  cells[columns.findIndex(([key]) => key === "name")].append(element("div", { class: "clip", dir: "auto" }));
  return { line: element("tr", {}, ...cells), cells, row };
}

function showLayers(cell, row) {
  const text = row.ofLayers === 0 ? "" : `${row.layers} of ${row.ofLayers}`;
  const reasons = missing(row);
  if (cell.dataset.shown === text + row.missing) return;
  cell.dataset.shown = text + row.missing;
  if (reasons.length === 0) { cell.replaceChildren(document.createTextNode(text)); return; }
  const details = element("details", {}, element("summary", { class: "warn", text: `${text}, ${reasons.length} missing` }));
  details.append(...reasons.map(reason => element("p", { text: reason })));
  cell.replaceChildren(details);
}

function showOrders(cell, row) {
  if (cell.dataset.shown === String(row.orders)) return;
  cell.dataset.shown = String(row.orders);
  cell.replaceChildren(...orders.filter(([flag]) => row.orders & flag).map(([, order, title]) => {
    const button = element("button", { type: "button", text: title, "aria-label": `${title} ${row.role} ${row.processId}`, class: order === "end" ? "danger" : "" });
    button.addEventListener("click", () => order === "end" ? confirmEnd(row.number) : give(row.number, order));
    return button;
  }));
}

function fill(shown, level) {
  columns.forEach(([key, , text, , kind], at) => {
    const cell = shown.cells[at];
    if (key === "layers") showLayers(cell, shown.row);
    else setText(cell.firstElementChild ?? cell, text(shown.row));
    if (key === "role") setClass(cell, level === 0 ? "" : `level-${Math.min(level, 3)}`);
    else setClass(cell, kind);
  });
  showOrders(shown.cells[columns.length], shown.row);
}

// In the order shown, with the level in the tree: a parent first, then its children, these sorted.
function arranged() {
  const wanted = find("filter").value.trim().toLowerCase();
  const below = new Map();
  for (const row of processes.values())
    below.get(row.parent)?.push(row) ?? below.set(row.parent, [row]);
  const key = columns.find(([one]) => one === sorting.column)?.[3] ?? (row => row.number < 0 ? -row.number : row.number);
  const compare = (a, b) => {
    const [x, y] = [key(a), key(b)];
    return (x < y ? -1 : x > y ? 1 : a.number - b.number) * (sorting.down ? -1 : 1);
  };
  const found = [];
  const add = (parent, level) => {
    for (const row of (below.get(parent) ?? []).sort(compare)) {
      if (wanted === "" || `${row.role} ${row.name} ${row.processId} ${row.state}`.toLowerCase().includes(wanted)) found.push([row, level]);
      if (level < 8) add(row.number, level + 1);
    }
  };
  add(-1, 0);
  return found;
}

function place() {
  const body = find("process-table").tBodies[0];
  const order = arranged();
  const kept = new Set(order.map(([row]) => row.number));
  for (const [number, shown] of rows) {
    if (!kept.has(number)) { shown.line.remove(); rows.delete(number); }
  }
  let next = body.firstChild;
  for (const [row, level] of order) {
    let shown = rows.get(row.number);
    if (shown === undefined) rows.set(row.number, shown = makeRow(row));
    shown.row = row;
    fill(shown, level);
    if (shown.line === next) next = next.nextSibling;
    else body.insertBefore(shown.line, next);
  }
}

// ---- orders ----

function confirmEnd(number) {
  const row = processes.get(number);
  if (row === undefined) return;
  const dialog = find("confirm");
  setText(find("confirm-text"), `End the ${row.role} process ${row.processId}${row.name === "" ? "" : ` (${row.name})`}? What it works on fails.`);
  find("confirm-yes").onclick = () => { dialog.close(); give(number, "end"); };
  find("confirm-no").onclick = () => dialog.close();
  dialog.showModal();
}

async function give(number, order) {
  try {
    const answer = await fetch(`${number}/${order}`, { method: "POST", headers: { ...headers(), "X-ActorBrowser": "1" } });
    const { sentence } = await answer.json();
    say(sentence, !answer.ok);
  } catch {
    say("The server did not answer.", true);
  }
}

// ---- what comes from the server ----

function show(change) {
  now = Date.parse(change.at);
  if (change.isWhole) processes.clear();
  for (const number of change.gone) processes.delete(number);
  for (const row of change.processes) processes.set(row.number, row);
  place();
  const all = [...processes.values()];
  const total = all.reduce((sum, row) => sum + (row.processor ?? 0), 0);
  const used = all.reduce((sum, row) => sum + (row.memory ?? 0), 0);
  setText(find("summary"), `${all.length} processes, ${total.toFixed(1)} % of one processor, ${bytes(used)}, ${change.fetchCount} ${change.fetchCount === 1 ? "fetch" : "fetches"} under way`);
  if (change.pools !== null)
    list(find("pool-table"), [
      ["Role", row => row.role], ["Processes", row => String(row.processes), "number"], ["Lent", row => String(row.lent), "number"], ["Idle", row => String(row.idle), "number"],
      ["Waiting", row => String(row.waiting), "number"], ["Problem", row => row.problem, "text"]], change.pools, "There is no pool.");
  if (change.fetches !== null)
    list(find("fetch-table"), [
      ["Method", row => row.method], ["URL", row => row.url, "text"], ["Status", row => row.status === 0 ? "" : String(row.status), "number"],
      ["Received", row => bytes(row.received), "number"], ["Age", row => duration(row.milliseconds), "number"], ["Process", row => row.processId === 0 ? "waiting" : String(row.processId), "number"]],
    change.fetches, "No fetch is under way.");
  if (change.violations !== null)
    list(find("violation-table"), [
      ["Time", row => time(row.at)], ["Role", row => row.role], ["Pid", row => String(row.processId), "number"], ["Call", row => row.call, "text"], ["What was refused", row => row.rule, "text"]],
    change.violations, "No system call was refused.");
  if (change.crashes !== null)
    list(find("crash-table"), [
      ["Time", row => time(row.endedAt)], ["Role", row => row.role], ["Pid", row => String(row.processId), "number"], ["Reason", row => row.reason], ["What happened", row => row.message, "text"],
      ["Last line", row => row.lastLine, "text"]], change.crashes, "No process was lost.");
}

function askToken(sentence) {
  find("login").hidden = false;
  find("processes").hidden = true;
  setText(find("summary"), "");
  say(sentence, true);
  find("token").focus();
}

// Server-sent events, read by fetch: an EventSource could not send the token.
async function watch() {
  const answer = await fetch("events", { headers: headers(), cache: "no-store" });
  if (answer.status === 401) { askToken(token() === null ? "This page needs the token." : "The token is wrong."); return false; }
  if (!answer.ok) throw new Error((await answer.json()).sentence);
  find("login").hidden = true;
  find("processes").hidden = false;
  say("");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The connection has ended.");
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      show(JSON.parse(text.slice("data: ".length, end)));
      text = text.slice(end + 2);
    }
  }
}

async function keepWatching() {
  for (;;) {
    try {
      if (!await watch()) return;
    } catch (error) {
      say(error instanceof TypeError ? "The server cannot be reached; trying again." : `${error.message} Trying again.`, true);
    }
    await new Promise(resolve => setTimeout(resolve, 3000));
  }
}

makeHead();
find("filter").addEventListener("input", place);
find("login-form").addEventListener("submit", event => {
  event.preventDefault();
  sessionStorage.setItem("token", find("token").value.trim());
  find("token").value = "";
  keepWatching();
});
addEventListener("hashchange", () => { if (token() !== null && !find("login").hidden) keepWatching(); });
keepWatching();
