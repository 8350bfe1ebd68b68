// Mends what keeps people with a keyboard or a screen reader out of pages that other tools made: buttons without a
// name get that of their icon, areas that scroll can be reached, and nothing is said to control what is not there.
"use strict";
(() => {
  const mend = () => {
    for (const button of document.querySelectorAll("button:not([aria-label])")) {
      if (button.textContent.trim()) continue;
      const icon = button.querySelector("svg")?.getAttribute("class")?.match(/lucide-([a-z-]+)/)?.[1] ?? "button";
      button.setAttribute("aria-label", button.title || icon.replaceAll("-", " "));
    }
    for (const part of document.querySelectorAll("[aria-controls]")) {
      if (!document.getElementById(part.getAttribute("aria-controls"))) part.removeAttribute("aria-controls");
    }
    for (const part of document.querySelectorAll("div:not([tabindex]), pre:not([tabindex]), nav:not([tabindex])")) {
      const scrolls = part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1;
      if (scrolls && /auto|scroll/.test(getComputedStyle(part).overflow)) part.tabIndex = 0;
    }
  };
  let waiting = 0;
  const later = () => { waiting ||= setTimeout(() => { waiting = 0; mend(); }, 250); };
  new MutationObserver(later).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("load", later);
})();
