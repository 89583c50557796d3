// A date that is typed is another one with every digit. It counts when Enter is pressed or its field is left; one that
// is chosen from the calendar counts at once.
const TYPING = /^(\d|Backspace|Delete|ArrowUp|ArrowDown)$/;

let typing = null;
let hasChanged = false;

document.addEventListener("keydown", ({ target, key, altKey }) => {
  if (!target.matches?.("input[type=date]") || altKey) return;
  if (TYPING.test(key)) typing = target;
  else if (key === "Enter") typing = null;
}, true);

document.addEventListener("change", (event) => {
  if (event.target !== typing) return;
  hasChanged = true;
  event.stopImmediatePropagation();
}, true);

document.addEventListener("focusout", (event) => {
  if (event.target !== typing) return;
  typing = null;
  if (hasChanged) event.target.dispatchEvent(new Event("change", { bubbles: true }));
  hasChanged = false;
}, true);

document.addEventListener("focusin", () => { hasChanged = false; }, true);
