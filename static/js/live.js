// A page that keeps itself up to date. The element with `data-live` names an address and the ids of the parts of
// the page that come from it; every few seconds the server says that nothing has changed, or sends the parts anew.
// What is the same stays the very same element, so that focus, scroll position and selection stay too.
const SECONDS = 3;
const SLOWEST = 60;
const PATIENCE = 10;

const live = () => document.querySelector("[data-live]");

let timer = 0;
let failures = 0;
let asking = false;
let askAgain = false;
let lastGood = new Date();

function later(seconds) {
  clearTimeout(timer);
  timer = setTimeout(ask, seconds * 1000);
}

async function ask() {
  clearTimeout(timer);
  if (asking) {
    askAgain = true;
    return;
  }
  const element = live();
  if (!element || element.dataset.liveOver || document.hidden) return;
  // While something is dragged, the board under it stays as it is.
  if (document.querySelector("[data-live-wait]")) {
    later(1);
    return;
  }
  let wait;
  asking = true;
  try {
    wait = await fetchOnce(element);
  } catch (error) {
    // What cannot be shown is not up to date either, and must not end the asking.
    console.error(error);
    wait = away(element);
  } finally {
    asking = false;
  }
  if (askAgain && wait) later(0);
  else if (wait) later(wait);
  askAgain = false;
}

// Ask once; return after how many seconds to ask again, or nothing where that is of no use.
async function fetchOnce(element) {
  let answer;
  let text = "";
  try {
    answer = await fetch(element.dataset.live, {
      headers: { "X-Poll": "1", "If-None-Match": element.dataset.liveTag },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE * 1000),
    });
    if (answer.status === 200) text = await answer.text();
  } catch {
    return away(element);
  }
  if (answer.status >= 500 || answer.status === 429) return away(element);
  // An action may have drawn the page anew meanwhile; it knows better.
  if (!element.isConnected) return SECONDS;
  if (answer.type === "opaqueredirect") return over(element, "signedOut");
  if (answer.status === 200) show(element, text, answer.headers.get("ETag"));
  else if (answer.status !== 304) return over(element, "refused");
  failures = 0;
  lastGood = new Date(answer.headers.get("Date") || Date.now());
  say(element, "");
  tellTime();
  return SECONDS;
}

function away(element) {
  failures += 1;
  // One answer that is late is no news.
  if (failures > 1) say(element, element.dataset.away.replace("{time}", clock(element.dataset.liveZone)));
  return Math.min(SECONDS * 2 ** (failures - 1), SLOWEST);
}

function over(element, why) {
  element.dataset.liveOver = why;
  say(element, element.dataset[why], true);
  return 0;
}

function say(element, text, isOver = false) {
  const [words, link] = element.children;
  if (words.textContent === text) return;
  words.textContent = text;
  words.hidden = !text;
  link.hidden = !isOver;
  link.href = window.location.href;
}

function clock(timeZone, more = {}) {
  const form = { hour: "numeric", minute: "2-digit", timeZone, ...more };
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang, form).format(lastGood);
  } catch {
    // Browsers do not know every zone that the clinic does.
    return clock("UTC", { timeZoneName: "short" });
  }
}

function tellTime() {
  for (const shown of document.querySelectorAll("[data-live-clock]")) {
    const text = clock(shown.dataset.liveClock, { timeZoneName: "short" });
    if (shown.textContent !== text) shown.textContent = text;
  }
}

function show(element, text, tag) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement;
  document.dispatchEvent(new CustomEvent("live:arrived", { detail: { fresh } }));
  for (const id of element.dataset.liveParts.split(" ")) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && now) morph(old, document.adoptNode(now));
  }
  element.dataset.liveTag = tag;
  const same = focused.id && document.getElementById(focused.id);
  if (same && same !== document.activeElement) same.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("live:updated"));
}

const keyOf = (node) => node.id || node.firstElementChild?.id || "";

// Make one element like another, and touch only what differs.
function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const isText = old.nodeType !== Node.ELEMENT_NODE;
  // A link that leads elsewhere is another link to htmx, and a form that is sent elsewhere another form.
  const leadsElsewhere = !isText && ["href", "action"].some((name) => old.getAttribute(name) !== fresh.getAttribute?.(name));
  if (old.nodeName !== fresh.nodeName || leadsElsewhere) {
    old.replaceWith(fresh);
    if (!isText) window.htmx?.process(fresh);
    return;
  }
  if (isText) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  morphAttributes(old, fresh);
  morphChildren(old, fresh);
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    // What somebody has opened stays open.
    if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function morphChildren(old, fresh) {
  const wanted = [...fresh.childNodes];
  const keys = new Set(wanted.map(keyOf).filter(Boolean));
  const known = new Map([...old.childNodes].filter((node) => keyOf(node)).map((node) => [keyOf(node), node]));
  let at = old.firstChild;
  for (const child of wanted) {
    while (at && keyOf(at) && !keys.has(keyOf(at))) at = removed(at);
    const match = keyOf(child) ? known.get(keyOf(child)) : at && !keyOf(at) && at.nodeName === child.nodeName ? at : null;
    if (!match) {
      old.insertBefore(child, at);
      if (child.nodeType === Node.ELEMENT_NODE) window.htmx?.process(child);
    } else if (match === at) {
      at = at.nextSibling;
      morph(match, child);
    } else {
      old.insertBefore(match, at);
      morph(match, child);
    }
  }
  while (at) at = removed(at);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

document.addEventListener("visibilitychange", ask);
document.addEventListener("board-stale", ask, true);
// The desk that an action has drawn anew is asked about in its turn.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.querySelector?.("[data-live]") || event.detail.target?.id === "desk") later(SECONDS);
});
window.addEventListener("online", ask);
later(SECONDS);
