// The page of lineage: parents of a column, of these again and so on, and the same downwards.
"use strict";
(() => {
  const { layers, tables, columns, parents, readers } = window.LINEAGE;
  const children = columns.map(() => []);
  parents.forEach((list, child) => list.forEach((parent) => children[parent].push(child)));
  const own = tables.map(() => []);
  columns.forEach(([table], column) => own[table].push(column));
  const tableSelect = document.getElementById("table");
  const columnSelect = document.getElementById("column");
  const answer = document.getElementById("answer");
  const byName = new Map(tables.map(([name], number) => [name, number]));

  const make = (tag, text, attributes = {}) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const address = (column) => `#${tables[columns[column][0]][0]}.${columns[column][1]}`;

  // Steps from the column, nearest first.
  const walk = (start, next) => {
    const seen = new Set([start]);
    const steps = [];
    for (let now = [start]; now.length;) {
      const later = new Set();
      for (const column of now) for (const other of next[column]) if (!seen.has(other)) { seen.add(other); later.add(other); }
      now = [...later];
      if (now.length) steps.push(now);
    }
    return steps;
  };

  const lane = (title, steps, kind, none) => {
    const part = make("section", "", { class: "lane", id: kind, "aria-label": title });
    const all = steps.flat();
    part.append(make("h2", all.length ? `${title}: ${all.length} column${all.length > 1 ? "s" : ""}` : title));
    if (!all.length) part.append(make("p", none, { class: "quiet" }));
    steps.forEach((step, depth) => {
      part.append(make("h3", depth ? `${depth + 1} steps away` : "Directly"));
      const groups = new Map();
      for (const column of step) {
        const table = columns[column][0];
        groups.set(table, [...(groups.get(table) ?? []), column]);
      }
      for (const [table, list] of [...groups].sort((a, b) => a[0] - b[0])) {
        const [name, layer] = tables[table];
        const node = make("div", "", { class: `node layer-${layers[layer]}` });
        node.append(make("a", name, { href: `tables/${name}.html` }));
        const items = make("ul");
        for (const column of list) {
          const item = make("li");
          item.append(make("a", columns[column][1], { href: address(column) }));
          items.append(item);
        }
        node.append(items);
        part.append(node);
      }
    });
    return part;
  };

  const impact = (column, steps) => {
    const below = [column, ...steps.flat()];
    const reached = new Set(below.map((one) => columns[one][0]));
    const part = make("div", "", { id: "impact" });
    part.append(make("h2", "If it changes"));
    const count = reached.size - 1;
    part.append(make("p", count ? `${below.length - 1} column${below.length > 2 ? "s" : ""} of ${count} table${count > 1 ? "s" : ""} ${below.length > 2 ? "change" : "changes"} with it.` : "No other column changes with it."));
    for (const [kind, title] of [["exposure", "Exposures that read these tables"], ["metric", "Metrics on these tables"]]) {
      const hit = readers.filter((reader) => reader[1] === kind && reader[4].some((table) => reached.has(table)));
      if (!hit.length) continue;
      const box = make("details");
      box.open = kind === "exposure";
      box.append(make("summary", `${title}: ${hit.length}`));
      const list = make("ul", "", { class: "plain" });
      for (const [label, , owner, page] of hit) {
        const item = make("li");
        item.append(make("a", label, { href: page }), make("span", ` ${owner}`, { class: "quiet" }));
        list.append(item);
      }
      box.append(list);
      part.append(box);
    }
    return part;
  };

  const showColumn = (column) => {
    const [table, name] = columns[column];
    const down = walk(column, children);
    const lanes = make("div", "", { class: "lanes" });
    const middle = make("section", "", { class: "self-lane" });
    const self = make("div", "", { class: `node self layer-${layers[tables[table][1]]}`, id: "self" });
    self.append(make("a", tables[table][0], { href: `tables/${tables[table][0]}.html#${name}` }), make("b", name));
    middle.append(self, impact(column, down));
    lanes.append(
      lane("Made of", walk(column, parents), "upstream", "No column: a constant, a count, or where data begin."),
      middle,
      lane("Goes into", down, "downstream", "No column: here it ends."),
    );
    answer.replaceChildren(lanes);
  };

  const showTable = (table) => {
    const list = make("ul", "", { class: "plain" });
    for (const column of own[table]) {
      const item = make("li");
      item.append(make("a", columns[column][1], { href: address(column), class: "mono" }),
        make("span", ` made of ${parents[column].length}, goes into ${children[column].length}`, { class: "quiet" }));
      list.append(item);
    }
    const link = make("p");
    link.append(make("a", `Page of ${tables[table][0]}`, { href: `tables/${tables[table][0]}.html` }));
    answer.replaceChildren(make("h2", tables[table][0]), link, list);
  };

  const fillColumns = (table, chosen) => {
    columnSelect.replaceChildren(make("option", "all columns", { value: "" }));
    for (const column of own[table]) columnSelect.append(make("option", columns[column][1], { value: column }));
    columnSelect.value = chosen ?? "";
  };

  for (const [number, layer] of layers.entries()) {
    const group = make("optgroup", "", { label: layer });
    tables.forEach(([name, own_layer], table) => { if (own_layer === number) group.append(make("option", name, { value: table })); });
    tableSelect.append(group);
  }

  const go = () => {
    const [name, column] = decodeURIComponent(location.hash.slice(1)).split(".");
    const table = byName.get(name) ?? byName.get("fct_order_items") ?? 0;
    const wanted = byName.has(name) ? column : "net_amount";
    const place = own[table].find((one) => columns[one][1].toLowerCase() === (wanted ?? "").toLowerCase());
    tableSelect.value = table;
    document.getElementById("graph").href = tables[table][2];
    fillColumns(table, place);
    if (place === undefined) showTable(table); else showColumn(place);
    document.title = `${tables[table][0]}${place === undefined ? "" : "." + columns[place][1]} · Lineage · Duckshift`;
  };
  tableSelect.addEventListener("change", () => { location.hash = tables[tableSelect.value][0]; });
  columnSelect.addEventListener("change", () => {
    location.hash = columnSelect.value === "" ? tables[tableSelect.value][0] : address(columnSelect.value);
  });
  addEventListener("hashchange", go);
  go();
})();
