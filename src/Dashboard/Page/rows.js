// Rows of tables, changed in place, so that the focus and a reader's position stay. Every text is set as text, never as markup.

export function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "text") made.textContent = value;
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

export function bytes(count) {
  if (count === null || count === undefined) return "–";
  if (count < 1024) return `${count} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = count / 1024, unit = 0;
  while (size >= 1024 && unit < units.length - 1) { size /= 1024; unit++; }
  return `${size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds % 86400 / 3600)} h`;
}

export function time(text) {
  const at = new Date(text);
  const two = number => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

// A plain list: columns are [title, text of a row, class]. Its rows are made anew only if their texts differ.
export function list(table, columns, rows, empty) {
  if (table.tHead.rows.length === 0)
    table.tHead.append(element("tr", {}, ...columns.map(([title, , kind]) => element("th", { scope: "col", text: title, class: kind ?? "" }))));
  const body = table.tBodies[0];
  if (rows.length === 0) {
    if (body.rows.length !== 1 || body.dataset.empty !== "yes")
      body.replaceChildren(element("tr", {}, element("td", { colspan: columns.length, class: "soft", text: empty })));
    body.dataset.empty = "yes";
    return;
  }
  if (body.dataset.empty === "yes") body.replaceChildren();
  body.dataset.empty = "no";
  while (body.rows.length > rows.length) body.rows[body.rows.length - 1].remove();
  rows.forEach((row, at) => {
    const shown = body.rows[at] ?? body.insertRow();
    columns.forEach(([, text, kind], column) => {
      const cell = shown.cells[column] ?? shown.appendChild(element("td", { class: kind ?? "" }));
      setText(cell, text(row));
    });
  });
}
