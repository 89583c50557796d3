// Dragging an appointment to another time or doctor with the mouse or a pen. A finger scrolls the board instead.
// The drop is the same request as pressing a time on the page that moves appointments.
const ROW_MS = 5 * 60 * 1000;
const STEP = 3;
const THRESHOLD = 6;
const EDGE = 48;
const FASTEST = 18;

const scroller = () => document.getElementById("board");

let drag = null;
let wasCancelled = false;

function press(event) {
  const visit = event.target.closest?.(".visit[data-version]");
  if (!visit || event.button !== 0 || event.pointerType === "touch" || document.getElementById("put-down")) return;
  drag = { visit, x: event.clientX, y: event.clientY, fromX: event.clientX, fromY: event.clientY, started: false };
}

function start() {
  const item = drag.visit.closest(".item");
  const box = item.getBoundingClientRect();
  const column = item.closest("[data-doctor]");
  drag.started = true;
  drag.id = drag.visit.id;
  drag.version = drag.visit.dataset.version;
  drag.row = numberOf(item, "r");
  drag.span = numberOf(item, "s");
  drag.doctor = column.dataset.doctor;
  drag.grip = drag.fromY - box.top;
  drag.target = document.createElement("li");
  document.documentElement.dataset.liveWait = "dragging";
  item.classList.add("is-dragged");
  turn();
}

const numberOf = (item, letter) => Number([...item.classList].find((name) => name[0] === letter && /^\d+$/.test(name.slice(1)))?.slice(1));

function move(event) {
  if (drag?.started && !(event.buttons & 1)) stop();
  if (!drag) return;
  [drag.x, drag.y] = [event.clientX, event.clientY];
  if (!drag.started && Math.hypot(drag.x - drag.fromX, drag.y - drag.fromY) < THRESHOLD) return;
  event.preventDefault();
  if (!drag.started) start();
  showTarget();
}

// The column under the pointer, and the row that the top of the appointment would have.
function showTarget() {
  const column = [...document.querySelectorAll("#board [data-doctor]")].find((each) => {
    const { left, right } = each.querySelector("ol").getBoundingClientRect();
    return drag.x >= left && drag.x < right;
  });
  const list = column?.querySelector("ol");
  if (!list) {
    drag.target.remove();
    return;
  }
  const box = list.getBoundingClientRect();
  const rows = Math.round(box.height / rowHeight(list));
  const exact = (drag.y - drag.grip - box.top) / rowHeight(list);
  const row = Math.max(0, Math.min(Math.round(exact / STEP) * STEP, rows - 1));
  drag.to = { doctor: column.dataset.doctor, row };
  const isTaken = taken(list, row);
  drag.target.className = `item drop-target r${row} s${Math.min(drag.span, rows - row)}${isTaken ? " is-taken" : ""}`;
  const words = isTaken ? document.querySelector(".board-grid").dataset.taken : "{time}";
  drag.target.textContent = words.replace("{time}", clock(row));
  if (drag.target.parentElement !== list) list.append(drag.target);
}

const rowHeight = (list) => parseFloat(getComputedStyle(list).gridTemplateRows);

function taken(list, row) {
  if (instant(row) < Date.now()) return true;
  return [...list.children].some((item) => {
    if (item === drag.target || item.matches(".item-free, .item-buffer, .is-dragged")) return false;
    const [begins, span] = [numberOf(item, "r"), numberOf(item, "s")];
    return begins < row + drag.span && row < begins + span;
  });
}

function instant(row) {
  return new Date(Date.parse(document.querySelector(".board-grid").dataset.start) + row * ROW_MS);
}

function clock(row) {
  const form = { hour: "numeric", minute: "2-digit", timeZone: document.querySelector(".board-grid").dataset.zone };
  return new Intl.DateTimeFormat(document.documentElement.lang, form).format(instant(row));
}

// Near an edge the board scrolls by itself, faster the nearer it is.
function turn() {
  if (!drag?.started) return;
  const box = scroller().getBoundingClientRect();
  const pull = (at, low, high) => {
    if (at < low + EDGE) return -Math.min(1, (low + EDGE - at) / EDGE);
    return at > high - EDGE ? Math.min(1, (at - high + EDGE) / EDGE) : 0;
  };
  const [x, y] = [pull(drag.x, box.left, box.right), pull(drag.y, box.top, box.bottom)];
  if (x || y) {
    scroller().scrollBy(x * FASTEST, y * FASTEST);
    showTarget();
  }
  requestAnimationFrame(turn);
}

function stop() {
  const ended = drag;
  drag = null;
  delete document.documentElement.dataset.liveWait;
  if (!ended?.started) return null;
  ended.target.remove();
  document.querySelector(".is-dragged")?.classList.remove("is-dragged");
  return ended;
}

function drop() {
  const wasShown = drag?.target?.isConnected;
  const ended = stop();
  // The button that comes up ends the drag and presses nothing.
  if (ended || wasCancelled) {
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, true));
  }
  wasCancelled = false;
  if (!ended) return;
  const { to, id, version, row, doctor } = ended;
  if (!wasShown || (to.row === row && to.doctor === doctor)) return;
  const slot = `${to.doctor}|${instant(to.row).toISOString().slice(0, 16)}Z`;
  const visit = document.getElementById(id);
  const address = `${new URL(visit.href).pathname}move/`;
  const values = { version, slot, beside: 1 };
  window.htmx.ajax("POST", address, { source: visit, target: "#panel", swap: "innerHTML", values });
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("pointerdown", press);
document.addEventListener("pointermove", move);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", stop);
// A link is dragged by the browser otherwise.
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".visit[data-version]")) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !drag?.started) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  wasCancelled = true;
  stop();
}, true);
