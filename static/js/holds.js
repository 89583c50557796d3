// A held time: counts down, and is given back as soon as the form that holds it is closed.
const heldIn = (root) => root?.querySelector("[data-release]") ?? null;
const details = () => document.getElementById("panel");

let held = null;

// What is needed to give the time back once its form is gone from the page.
function described(element) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  return { url: element.dataset.release, mark: `a${element.querySelector("[name=hold]").value}`, token };
}


function release({ url, mark, token }) {
  const body = new URLSearchParams({ quietly: "1", csrfmiddlewaretoken: token });
  fetch(url, { method: "POST", body, keepalive: true }).then(() => {
    // The board draws itself again if it has shown the hold meanwhile.
    if (document.getElementById(mark)) document.body.dispatchEvent(new Event("board-stale"));
  }, () => {});
}

function look() {
  const now = heldIn(details());
  if (held && now?.dataset.release !== held.url) release(held);
  held = now && described(now);
  countDown();
}

function watch() {
  if (!details()) return;
  new MutationObserver(look).observe(details(), { childList: true, subtree: true });
  const now = heldIn(details());
  held = now && described(now);
}

// The server says how many seconds are left: the clocks of desk computers go wrong.
function countDown() {
  const element = heldIn(document);
  if (!element) return;
  element.dataset.until ??= performance.now() + 1000 * element.dataset.seconds;
  const seconds = Math.round((element.dataset.until - performance.now()) / 1000);
  const left = element.querySelector(".hold-left");
  if (seconds > 0) {
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    const words = element.dataset.left.replace("{time}", time);
    if (left.textContent !== words) left.textContent = words;
  } else if (!element.classList.contains("is-over")) {
    element.classList.add("is-over");
    element.querySelector(".hold-words").textContent = element.dataset.over;
    left.textContent = "";
  }
}

// On a page of its own the form is closed by going to another page.
document.addEventListener("click", (event) => {
  const element = heldIn(document);
  if (details() || !element || !event.target.closest("[data-close-panel]")) return;
  release(described(element));
});

// The form was closed before the answer came: what was held is given back at once.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.id !== "hold" || document.contains(elt)) return;
  const late = heldIn(new DOMParser().parseFromString(xhr.responseText, "text/html"));
  if (late && late.dataset.release !== heldIn(document)?.dataset.release) release(described(late));
});

// Where the whole desk is drawn anew its panel is empty: what was held is booked by that, or nobody's any more.
document.addEventListener("htmx:beforeSwap", ({ detail: { target, shouldSwap, requestConfig } }) => {
  if (target?.id !== "desk" || !shouldSwap || !held) return;
  if (`a${requestConfig.formData?.get("hold")}` !== held.mark) release(held);
  held = null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "desk") watch();
});

// The same where the view stays and its panel alone is emptied.
document.addEventListener("visit-shown", (event) => {
  if (!event.detail.beside) held = null;
});

// Whoever goes to another page has closed the form.
window.addEventListener("pagehide", () => {
  if (held) release(held);
  held = null;
});

document.addEventListener("DOMContentLoaded", watch);
setInterval(countDown, 1000);
