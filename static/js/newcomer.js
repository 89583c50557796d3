// A new patient: the fields open by themselves when a name finds nobody, and the name need not be typed again.
const search = () => document.getElementById("id_q");
const details = () => document.querySelector("details.newcomer");
const fieldsOf = (root) => [...root.querySelectorAll("input:not([type=hidden])")];
const namesOf = (root) => ["given_name", "family_name"].map((name) => root.querySelector(`[name=${name}]`));

// What came from the search field into the names, which it changes only as long as nobody else has.
const filled = new WeakMap();
const openedByItself = new WeakSet();

function namesIn(text) {
  if (!/^[^\d@]+$/u.test(text)) return ["", ""];
  if (text.includes(",")) return text.split(/,\s*/u).slice(0, 2).reverse();
  const words = text.split(/\s+/u);
  return [words.slice(0, -1).join(" "), words.at(-1)];
}

const isUntouched = (root) => namesOf(root).every((field, at) => field.value === (filled.get(root) ?? ["", ""])[at]);

function fill(root, names) {
  if (!isUntouched(root)) return;
  filled.set(root, names);
  namesOf(root).forEach((field, at) => { field.value = names[at]; });
}

const typed = () => search()?.value.trim() ?? "";

function goOn(root) {
  const [given] = namesOf(root);
  (given.value ? fieldsOf(root).find((field) => !field.value) || given : given).focus();
}

function closeAgain(root) {
  if (!openedByItself.has(root) || !isUntouched(root) || root.contains(document.activeElement)) return;
  if (fieldsOf(root).some((field) => field.value && !namesOf(root).includes(field))) return;
  fill(root, ["", ""]);
  openedByItself.delete(root);
  root.open = false;
}

document.addEventListener("htmx:afterSettle", (event) => {
  const root = details();
  if (event.detail.target?.id !== "found" || !root) return;
  const names = namesIn(typed());
  if (!event.detail.target.querySelector("[data-nobody]") || !names[1]) {
    closeAgain(root);
    return;
  }
  if (!root.open) openedByItself.add(root);
  root.open = true;
  fill(root, names);
});

// From a name that found nobody Tab and Enter lead on to the first field that is empty.
document.addEventListener("keydown", (event) => {
  const isOn = event.key === "Enter" || (event.key === "Tab" && !event.shiftKey);
  const root = details();
  if (!isOn || event.isComposing || event.target.id !== "id_q" || !root?.open || !openedByItself.has(root)) return;
  if (!document.querySelector("#found [data-nobody]")) return;
  event.preventDefault();
  event.stopPropagation();
  fill(root, namesIn(typed()));
  goOn(root);
}, true);

document.addEventListener("toggle", (event) => {
  const root = event.target;
  if (!root.matches("details.newcomer") || !root.open || openedByItself.has(root)) return;
  if (!namesOf(root).some((field) => field.value)) fill(root, namesIn(typed()));
  goOn(root);
}, true);
