// The search box of the header: a combobox whose list is what the server has found.
const box = document.getElementById("site-search");
const field = document.getElementById("search-field");
const popup = document.getElementById("search-popup");

let active = null;
let before = null;

const options = () => [...popup.querySelectorAll("[role=option]")];

function activate(option) {
  active?.setAttribute("aria-selected", "false");
  active = option ?? null;
  if (!active) return field.removeAttribute("aria-activedescendant");
  active.setAttribute("aria-selected", "true");
  active.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", active.id);
}

function collapse() {
  popup.hidden = true;
  field.setAttribute("aria-expanded", "false");
  activate(null);
}

// The first found is marked at once, so that Enter opens it.
function expand() {
  const found = options();
  popup.hidden = !popup.textContent.trim();
  field.setAttribute("aria-expanded", String(found.length > 0));
  activate(found[0]);
}

// What is left in the box could be read by whoever comes to the counter.
function leave() {
  field.value = "";
  popup.replaceChildren();
  collapse();
}

function walk(by) {
  const found = options();
  if (popup.hidden) return expand();
  activate(found[(found.indexOf(active) + by + found.length) % found.length]);
}

function open(option) {
  const panel = document.getElementById("panel");
  const address = option.getAttribute("href");
  if (!panel || !("inPanel" in option.dataset)) return window.location.assign(address);
  before = null;
  leave();
  window.htmx.ajax("GET", address, { source: panel, target: "#panel", swap: "innerHTML" });
}

// The second choice of a row books; the row of a closed record has none.
function second(option) {
  return option.parentElement.querySelectorAll("[role=option]")[1] ?? option;
}

const KEYS = {
  ArrowDown: () => walk(1),
  ArrowUp: () => walk(-1),
  Enter: (event) => active && open(event.shiftKey ? second(active) : active),
  Escape: () => {
    leave();
    if (before?.isConnected) before.focus();
    else field.blur();
  },
};

if (field) {
  const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": "search-popup", "aria-expanded": "false" };
  for (const [name, value] of Object.entries(combobox)) field.setAttribute(name, value);

  field.addEventListener("focus", (event) => {
    if (!box.contains(event.relatedTarget)) before = event.relatedTarget;
  });
  field.addEventListener("keydown", (event) => {
    if (!KEYS[event.key] || event.isComposing || (event.key === "Enter" && !active)) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key](event);
  });
  field.addEventListener("input", () => {
    // Until the new answer is there nothing is marked: Enter must not open the one before.
    activate(null);
    if (!field.value.trim()) leave();
  });
  popup.addEventListener("htmx:afterSwap", () => {
    if (field.value.trim() && box.contains(document.activeElement)) expand();
  });
  popup.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(option);
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) collapse();
  });
}
