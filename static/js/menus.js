// An open menu closes when the person presses elsewhere or Escape; <details> alone would stay open.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.stopImmediatePropagation();
});

// A long menu has a field that keeps only the entries with what is typed.
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-filter]")) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const entry of event.target.parentElement.querySelectorAll(".menu-item")) {
    entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
  }
});
