// Search over tables, columns, metrics and exposures; filters of long tables. No network, no library.
"use strict";
(() => {
  const root = document.body.dataset.root;
  const input = document.getElementById("search");
  const found = document.getElementById("found");
  let chosen = -1;

  // The index is a script, because pages from file:// may not fetch; it is loaded when somebody searches.
  let loading = null;
  const load = () => loading ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = root + "assets/search.js";
    script.onload = resolve;
    document.head.append(script);
  });

  // All words must be in the name or the text; names count more than texts, whole and early ones most.
  const rate = (name, text, words) => {
    let sum = 0;
    for (const word of words) {
      const at = name.indexOf(word);
      if (at >= 0) sum += name === word ? 100 : (at === 0 || /[_.]/.test(name[at - 1]) ? 40 : 20) - name.length / 20;
      else if (text.includes(word)) sum += 5;
      else return 0;
    }
    return sum;
  };

  const search = (query) => {
    const words = query.toLowerCase().split(/[\s.]+/).filter(Boolean);
    const hits = [];
    if (!words.length) return hits;
    for (const [name, kind, text, page, columns] of window.SEARCH) {
      const own = rate(name.toLowerCase(), text.toLowerCase(), words);
      if (own) hits.push([own + 3, name, `${kind}: ${text}`, page]);
      for (const [column, meaning] of columns) {
        // The name of the table may be one of the words, but the column has to answer one itself.
        const answers = words.some((word) => column.toLowerCase().includes(word)) || words.every((word) => meaning.toLowerCase().includes(word));
        const score = answers && rate(column.toLowerCase(), `${meaning} ${name}`.toLowerCase(), words);
        if (score) hits.push([score, `${name}.${column}`, meaning, `${page}#${column}`]);
      }
    }
    return hits.sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? -1 : 1));
  };

  // Whole texts are searched, their beginnings shown.
  const short = (text) => text.length <= 90 ? text : text.slice(0, 89).replace(/\s\S*$/, "") + "…";

  const show = (query) => {
    const hits = search(query);
    found.replaceChildren();
    chosen = -1;
    for (const [place, [, name, text, page]] of hits.slice(0, 40).entries()) {
      const link = document.createElement("a");
      link.href = root + page;
      link.id = `hit-${place}`;
      link.setAttribute("role", "option");
      link.setAttribute("aria-selected", "false");
      link.tabIndex = -1;
      const title = document.createElement("b");
      title.textContent = name;
      const small = document.createElement("small");
      small.textContent = short(text);
      link.append(title, small);
      found.append(link);
    }
    if (!hits.length) {
      const none = document.createElement("p");
      none.textContent = "Nothing is called so.";
      none.setAttribute("role", "option");
      found.append(none);
    }
    toggle(Boolean(query.trim()));
  };

  const toggle = (open) => {
    found.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  };

  input.addEventListener("focus", load);
  input.addEventListener("input", async () => { await load(); show(input.value); });
  input.addEventListener("keydown", (event) => {
    const links = found.querySelectorAll("a");
    if (event.key === "Escape") toggle(false);
    else if (event.key === "Enter" && links.length && !found.hidden) links[Math.max(chosen, 0)].click();
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && links.length) {
      event.preventDefault();
      links[chosen]?.setAttribute("aria-selected", "false");
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : links.length - 1) + (chosen < 0 && event.key === "ArrowUp" ? 1 : 0)) % links.length;
      links[chosen].setAttribute("aria-selected", "true");
      links[chosen].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", links[chosen].id);
    }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) toggle(false); });
  found.addEventListener("click", () => toggle(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });

  for (const filter of document.querySelectorAll("[data-filter]")) {
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of document.querySelectorAll(filter.dataset.filter)) {
        row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
      }
      if (filter.dataset.filter === "tbody tr") {
        for (const part of document.querySelectorAll("main section")) {
          const rows = [...part.querySelectorAll("tbody tr")];
          part.hidden = rows.length > 0 && rows.every((row) => row.hidden);
        }
      }
    });
  }

  // What scrolls must be reachable with the keyboard.
  for (const part of document.querySelectorAll(".scroll:not([tabindex])")) {
    if (part.scrollWidth > part.clientWidth) {
      part.tabIndex = 0;
      part.setAttribute("role", "group");
      part.setAttribute("aria-label", part.closest("section")?.querySelector("h2")?.textContent ?? "Table");
    }
  }

  const openTarget = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();
})();
