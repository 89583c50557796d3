// The search box of the header: a combobox whose list is what the server has found.
const box = document.getElementById("site-search");
const field = document.getElementById("search-field");
const popup = document.getElementById("search-popup");

let active = null;
let before = null;
// What the list answers, and the keys that were pressed before it did.
let answered = field?.value;
let early = [];

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
  answered = "";
  early = [];
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

const isWaiting = () => field.value !== answered;

// Keys that mean the list wait for the list of what is typed.
function act(event) {
  if (isWaiting() && event.key !== "Escape") early.push(event);
  else KEYS[event.key](event);
}

function catchUp() {
  for (const event of early.splice(0)) KEYS[event.key](event);
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
    if (!KEYS[event.key] || event.isComposing || (event.key === "Enter" && !active && !isWaiting())) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  });
  field.addEventListener("input", () => {
    // Until the new answer is there nothing is marked: Enter must not open the one before.
    activate(null);
    early = [];
    if (!field.value.trim()) leave();
  });
  popup.addEventListener("htmx:afterSwap", ({ detail }) => {
    answered = detail.requestConfig.formData.get("q");
    if (isWaiting() || !box.contains(document.activeElement)) return;
    expand();
    catchUp();
  });
  // Without an answer Enter leads to the page of the search, as it does without a script.
  for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    field.addEventListener(kind, () => {
      early = [];
      answered = field.value;
    });
  }
  popup.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(option);
  });
  box.addEventListener("focusout", (event) => {
    if (box.contains(event.relatedTarget)) return;
    collapse();
    early = [];
  });
}
