// Keys: an element with data-key is pressed by that key, unless something is being typed.
const KEYS_OFF = "keys-off";
const sheet = () => document.getElementById("key-sheet");
const switchedOff = () => localStorage.getItem(KEYS_OFF) === "1";

document.documentElement.classList.add("has-scripts");
document.documentElement.classList.toggle("has-keys", !switchedOff());

// Of several with one key the last stands nearest to the work: in the panel, not in the header.
function keyed(key) {
  const all = [...document.querySelectorAll("[data-key]")].filter((each) => each.dataset.key === key && !each.disabled);
  return all.findLast((each) => each.checkVisibility()) ?? all.at(-1);
}

function isTyping(element) {
  const plain = ["button", "checkbox", "radio", "submit", "reset"];
  return element.matches?.("textarea, select, [contenteditable]") || (element.matches?.("input") && !plain.includes(element.type));
}

function pressKeyed(element) {
  if (element.matches("summary")) {
    element.parentElement.open = true;
    element.parentElement.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  } else if (element.matches("input, select, textarea")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  // A key that is held down presses nothing twice.
  if (event.repeat && event.key === "Enter" && event.target.matches?.("button, a")) event.preventDefault();
  if (event.defaultPrevented || event.repeat || event.isComposing || document.querySelector("dialog[open]")) return;
  const isSearch = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !switchedOff() && !isTyping(event.target);
  // Whether Caps Lock is on makes no other key of a letter.
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const element = isSearch ? keyed("/") : isPlain && keyed(key);
  if (!element) return;
  event.preventDefault();
  pressKeyed(element);
});

function announce() {
  for (const each of document.querySelectorAll("[data-key]:not([aria-keyshortcuts])")) {
    each.setAttribute("aria-keyshortcuts", each.dataset.key);
  }
}

function showSheet() {
  const rows = new Map();
  for (const each of document.querySelectorAll("[data-key][data-key-label]")) rows.set(each.dataset.key, each.dataset.keyLabel);
  sheet().querySelector(".key-list").replaceChildren(...[...rows].map(([key, label]) => {
    const row = document.createElement("div");
    const [term, what, cap] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
    cap.textContent = key;
    term.append(cap);
    what.textContent = label;
    row.append(term, what);
    return row;
  }));
  document.getElementById("keys-on").checked = !switchedOff();
  sheet().showModal();
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-opens-keys]")) return;
  event.target.closest("details[open]")?.removeAttribute("open");
  showSheet();
});

document.addEventListener("change", (event) => {
  if (event.target.id !== "keys-on") return;
  localStorage.setItem(KEYS_OFF, event.target.checked ? "0" : "1");
  document.documentElement.classList.toggle("has-keys", event.target.checked);
});

// Escape closes the sheet alone, not the panel behind it.
sheet()?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.stopPropagation();
});

document.addEventListener("htmx:afterSettle", announce);
document.addEventListener("DOMContentLoaded", announce);
