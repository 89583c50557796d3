// What is typed into the panel is not thrown away. Another free time is taken over by the booking form that is open;
// whatever else takes a form's place, a toast offers for a while to open it again.
const SECONDS = 30;
const TEXT = "input:is([type=text], [type=search], [type=tel], [type=email]), textarea";

const panel = () => document.getElementById("panel");

let kept = null;

// In a form that the server has drawn again, what was typed before is no change any more.
function hasTyped() {
  const isTyped = (field) => field.value.trim() && (field.value !== field.defaultValue || field.closest("[data-typed]"));
  return panel()?.querySelector("[data-typed] [name=patient]") || [...(panel()?.querySelectorAll(TEXT) ?? [])].some(isTyped);
}

function keep() {
  if (!hasTyped()) return;
  drop();
  const nodes = [...panel().childNodes];
  panel().replaceChildren();
  kept = { nodes, toast: offer(), timer: setTimeout(drop, SECONDS * 1000) };
}

// What was typed may be read by whoever comes to the counter, and does not wait for ever.
function drop() {
  clearTimeout(kept?.timer);
  kept?.toast.remove();
  kept = null;
}

function offer() {
  const { kept: text, reopen } = document.getElementById("toast-words").dataset;
  const toast = window.say(text, drop);
  const [button, cap] = ["button", "kbd"].map((name) => document.createElement(name));
  toast.classList.remove("toast-error");
  Object.assign(button, { type: "button", className: "btn btn-sm btn-quiet", textContent: reopen });
  Object.assign(button.dataset, { key: "r", keyLabel: reopen });
  button.setAttribute("aria-keyshortcuts", "r");
  cap.setAttribute("aria-hidden", "true");
  cap.textContent = "r";
  button.append(cap);
  button.addEventListener("click", open);
  toast.querySelector("p").after(button);
  return toast;
}

function open() {
  const { nodes } = kept;
  drop();
  keep();
  panel().replaceChildren(...nodes);
  const form = panel().querySelector("form");
  const id = form?.elements.starts_at ? `f${form.elements.doctor?.value}-${form.elements.starts_at.value}` : "";
  document.dispatchEvent(new CustomEvent("panel:opens", { detail: { id } }));
  const hold = document.getElementById("hold");
  if (hold) window.htmx.trigger(hold, "again");
  const typed = [...panel().querySelectorAll(TEXT)].filter((field) => field.value && field.checkVisibility());
  (typed.at(-1) ?? panel().querySelector("button, a"))?.focus();
}

document.addEventListener("panel:closes", keep);

document.addEventListener("htmx:beforeSwap", ({ detail: { target, shouldSwap, swapOverride, requestConfig } }) => {
  if (!["panel", "desk"].includes(target?.id) || !shouldSwap || swapOverride === "none") return;
  const isSentFromIt = requestConfig.verb !== "get" && panel()?.contains(requestConfig.elt);
  if (!isSentFromIt) keep();
});

// An action has drawn the toasts anew.
document.addEventListener("htmx:afterSettle", () => {
  if (kept && !kept.toast.isConnected) document.getElementById("toasts").append(kept.toast);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("#board a.free");
  const form = panel()?.querySelector("form[data-booking]");
  if (!link || !form || event.ctrlKey || event.metaKey || event.shiftKey || !hasTyped()) return;
  event.preventDefault();
  event.stopPropagation();
  const { pathname, search, searchParams } = new URL(link.href);
  const values = { retime: 1, doctor: searchParams.get("doctor"), starts_at: searchParams.get("starts_at") };
  window.htmx.ajax("POST", pathname + search, { source: form, target: "#panel", swap: "innerHTML", values });
}, true);
