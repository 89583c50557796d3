// The desk with JavaScript: the panel opens and closes beside the board, and the board stays where it was.
const root = document.documentElement;
const panel = () => document.getElementById("panel");
const scroller = () => document.getElementById("board");

root.classList.add("has-js");

// What opened the panel, by id, so that it stays marked when the board is drawn again.
let opener = "";

function mark(id) {
  for (const marked of document.querySelectorAll("#board [aria-current=true]")) marked.removeAttribute("aria-current");
  opener = id;
  if (id) document.getElementById(id)?.setAttribute("aria-current", "true");
}

function close() {
  if (!panel()?.hasChildNodes()) return;
  document.dispatchEvent(new Event("panel:closes"));
  panel().replaceChildren();
  const back = document.getElementById(opener);
  mark("");
  coverBoard();
  back?.focus({ preventScroll: true });
}

// On a phone the panel covers the board, which must then be out of reach for the keyboard too.
function coverBoard() {
  if (!scroller()) return;
  const covered = panel().hasChildNodes() && window.matchMedia("(max-width: 640px)").matches;
  scroller().inert = covered;
}

function showNow() {
  const target = document.querySelector("#board .is-shown") || document.getElementById("now");
  target?.scrollIntoView({ block: target.id === "now" ? "center" : "nearest", inline: "nearest" });
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("#board a");
  if (pressed) mark(pressed.id);
  if (event.target.closest("[data-close-panel]") && panel()) {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) leaveOrClose(event);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") stepThroughResults(event);
});

// What is looked for goes first, and only then the form around it.
function leaveOrClose(event) {
  const field = event.target;
  if (!field.matches?.("#panel input[type=search]") || !field.value) return close();
  event.preventDefault();
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Arrow keys walk from the search field through the patients found.
function stepThroughResults(event) {
  const field = document.getElementById("id_q");
  const stops = [field, ...document.querySelectorAll("#found button")];
  const at = stops.indexOf(document.activeElement);
  if (!field || at < 0) return;
  const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

document.addEventListener("change", (event) => {
  if (event.target.id === "board-date" && event.target.validity.valid) event.target.form.requestSubmit();
});

// The board keeps its scroll position when it is drawn again.
let kept = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "desk") kept = [scroller().scrollLeft, scroller().scrollTop];
});

document.addEventListener("htmx:afterSettle", (event) => {
  const shown = document.querySelector("#board .is-shown");
  if (kept) {
    scroller().scrollTo(...kept);
    kept = null;
    opener = "";
    const onGrid = shown?.closest(".board-grid") ? shown : null;
    onGrid?.scrollIntoView({ block: "nearest", inline: "nearest" });
    (onGrid || scroller()).focus({ preventScroll: true });
  } else if (event.detail.target?.id.endsWith("-content")) {
    mark(opener);
  } else if (event.detail.target?.id === "panel" && event.target.closest?.("#panel")) {
    coverBoard();
    panel().querySelector("[autofocus]")?.focus();
    document.getElementById(opener)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
});

document.addEventListener("DOMContentLoaded", showNow);
document.addEventListener("panel:opens", (event) => {
  mark(event.detail.id);
  coverBoard();
});
// An action was taken: the panel that it was sent from closes, and so does the one of a visit that it was about.
document.addEventListener("visit-shown", ({ detail: { id, beside } }) => {
  if (beside && (!id || id !== opener)) return;
  if (beside) return close();
  panel().replaceChildren();
  mark("");
  coverBoard();
});
document.addEventListener("live:updated", () => mark(opener));

// What opens in the panel is no page of its own: the address stays the calendar's, which htmx 2.0.10 forgets for
// boosted links although they say hx-push-url="false".
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const { history, target } = event.detail;
  if (history.type !== "push" || target?.getAttribute("hx-push-url") !== "false") return;
  Object.assign(history, { type: "replace", path: window.location.href });
});
