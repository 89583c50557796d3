// Django admin's scripts and tables leave fields without names: each gets the words that stand beside it.
"use strict";
{
  const words = (element) => element?.textContent.trim().replace(/:$/, "") ?? "";
  const heading = (cell) => words(cell.closest("table").tHead.rows[0].cells[cell.cellIndex]);
  const nameOf = (field) => words(field.labels[0]) || (field.closest("td") ? heading(field.closest("td")) : "");
  const give = (element, name, value) => value && element?.getAttribute(name) !== value && element?.setAttribute(name, value);

  // A choice that is typed: its box, what is chosen in it, and the field below it while it is open.
  const nameChoice = (box) => {
    const name = nameOf(box.previousElementSibling);
    const chosen = box.querySelector(".select2-selection__rendered");
    if (chosen?.matches("[role='textbox']")) {
      give(chosen, "aria-label", [name, words(chosen)].join(" "));
      give(box.querySelector("[role='combobox']"), "aria-labelledby", chosen.id);
    }
    const isOpen = box.matches(".select2-container--open");
    const search = isOpen ? document.querySelector(".select2-dropdown .select2-search__field") : null;
    for (const field of [search, box.querySelector(".select2-search__field")]) give(field, "aria-label", name);
  };

  // The cross that empties a list of choices stands in the list, which may hold nothing but items.
  const holdCrosses = () => {
    for (const empty of document.querySelectorAll(".cross-item:empty")) empty.remove();
    for (const cross of document.querySelectorAll("ul > .select2-selection__clear")) {
      const item = document.createElement("li");
      item.className = "cross-item";
      cross.replaceWith(item);
      item.append(cross);
    }
  };

  const nameAll = () => {
    holdCrosses();
    for (const icon of document.querySelectorAll(".help-tooltip[aria-label]")) give(icon, "role", "img");
    for (const field of document.querySelectorAll(".inline-related td :is(input, select, textarea):not([type='hidden'])")) {
      if (field.labels?.length === 0 && field.matches(":not(.select2-search__field)")) give(field, "aria-label", nameOf(field));
    }
    for (const box of document.querySelectorAll("select + .select2-container")) nameChoice(box);
    for (const empty of document.querySelectorAll("th.original:empty")) {
      const cell = document.createElement("td");
      cell.className = "original";
      empty.replaceWith(cell);
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    nameAll();
    new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
  });
}
