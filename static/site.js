// Makes narrow screens nicer: the filters fold away behind a button. Everything works without it.
"use strict";

const toggle = document.querySelector(".app-filters__toggle");
const groups = document.getElementById("filter-groups");
if (toggle && groups) {
  const open = toggle.textContent;
  toggle.hidden = false;
  groups.dataset.open = "no";
  toggle.addEventListener("click", () => {
    const shown = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(shown));
    groups.dataset.open = shown ? "yes" : "no";
    toggle.textContent = shown ? "Hide filters" : open;
  });
}
