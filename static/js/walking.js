// Walking over the board with the arrow keys: up and down in a doctor's day, left and right between doctors. The
// board is one stop for the Tab key. While an appointment is picked up, only the free times are stops.
const STOPS = ".doctor-items a, .doctor-items button, .doctor-head a";
const board = () => document.getElementById("board");
const isMoving = () => document.getElementById("put-down") !== null;
const stops = (root) => [...root.querySelectorAll(isMoving() ? ".place" : STOPS)];

// Where the walk has come to: the stop itself, and its place for when it is gone.
let current = null;

function setOff(root) {
  for (const stop of root.querySelectorAll(STOPS)) stop.tabIndex = -1;
}

function take(stop) {
  if (current) current.element.tabIndex = -1;
  current = stop && { element: stop, id: stop.id, column: keyOfColumn(stop), top: topOf(stop), hadFocus: false };
  if (stop) stop.tabIndex = 0;
}

const keyOfColumn = (stop) => stop.closest("[data-column]").dataset.column;
const columnOf = (stop) => stop.closest("[data-column]");
// The height on the board, wherever it is scrolled to.
const topOf = (stop) => stop.getBoundingClientRect().top - columnOf(stop).querySelector("ol").getBoundingClientRect().top;

function nearest(candidates, top) {
  let [best, least] = [null, Infinity];
  for (const stop of candidates) {
    const distance = Math.abs(topOf(stop) - top);
    if (distance < least) [best, least] = [stop, distance];
  }
  return best;
}

// The stop to begin with: what is marked, then the first that is not over, then the first of all.
function first() {
  const outline = document.querySelector(".item-moving");
  if (isMoving() && outline) {
    const own = stops(columnOf(outline));
    if (own.length) return own.find((stop) => topOf(stop) >= topOf(outline)) ?? own.at(-1);
  }
  const marked = document.querySelector("#board .doctor-items .is-shown, #board .doctor-items [aria-current]");
  return (!isMoving() && marked) || board().querySelector(isMoving() ? ".place" : ".doctor-items .free") || stops(board())[0];
}

function begin() {
  if (!board()) return;
  setOff(board());
  const same = current && document.getElementById(current.id);
  take(same && stops(board()).includes(same) ? same : first());
  // Whoever tabs onto the board wants to be on a time; without any, the board itself can be scrolled.
  board().tabIndex = current ? -1 : 0;
}

function beside(stop, key) {
  const own = stops(columnOf(stop));
  const at = own.indexOf(stop);
  if (key === "ArrowUp") return own[at - 1];
  if (key === "ArrowDown") return own[at + 1];
  if (key === "Home") return own[0];
  if (key === "End") return own.at(-1);
  const columns = [...board().querySelectorAll("[data-column]")].filter((each) => stops(each).length);
  const next = columns[columns.indexOf(columnOf(stop)) + (key === "ArrowRight" ? 1 : -1)];
  return next && nearest(stops(next), topOf(stop));
}

function go(stop) {
  take(stop);
  stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !board()) return;
  if (!["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  const here = event.target.closest?.("#board");
  if (!here) return;
  const stop = event.target.closest(STOPS);
  const next = stop ? beside(stop, event.key) : event.target === here && current?.element;
  if (stop || next) event.preventDefault();
  if (next) go(next);
});

// M picks up the appointment that has the focus, before another one whose panel is open.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.key.toLowerCase() !== "m") return;
  const visit = event.target.closest?.(".visit[data-version]");
  if (!visit || !document.documentElement.classList.contains("has-keys")) return;
  event.preventDefault();
  const address = new URL(document.querySelector("[data-live]").dataset.live, window.location.href);
  address.searchParams.set("moving", visit.id.slice(1));
  address.searchParams.set("version", visit.dataset.version);
  window.htmx.ajax("GET", address.pathname + address.search, { target: "#desk", swap: "outerHTML" });
}, true);

// Escape stops moving, once nothing else is open that it would close.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isMoving() || document.querySelector("details.menu[open], [data-live-wait]")) return;
  if (document.getElementById("panel").hasChildNodes()) return;
  event.preventDefault();
  document.getElementById("stop-moving").click();
}, true);

document.addEventListener("focusin", (event) => {
  const stop = event.target.closest?.(`#board :is(${STOPS})`);
  if (stop) take(stop);
  if (current) current.hadFocus = Boolean(stop);
});

document.addEventListener("live:arrived", (event) => setOff(event.detail.fresh));

document.addEventListener("live:updated", () => {
  const { element, column: key, top, hadFocus } = current ?? {};
  if (!element?.isConnected) {
    const column = key && board()?.querySelector(`[data-column="${key}"]`);
    const close = column && nearest(stops(column), top);
    begin();
    // Somebody else took the time that had the focus: it goes to what is there now.
    if (close) take(close);
    if (close && hadFocus && document.activeElement === document.body) close.focus({ preventScroll: true });
  } else if (current.element.tabIndex) {
    begin();
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "desk") return;
  begin();
  if (isMoving() && current) go(current.element);
});

begin();
