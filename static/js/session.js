// A session that ended under an open form. The form stays with all that was typed; somebody signs in in another tab,
// and the same form can be sent once more from here: it is given the token of the new session.
const SIGNED_OUT = 401;

let isOut = false;

const notice = () => document.getElementById("signed-out");

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== SIGNED_OUT) return;
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  if (!notice() || !isOut) show(new DOMParser().parseFromString(xhr.responseText, "text/html"));
  notice()?.querySelector("a")?.focus();
  isOut = true;
});

function show(answer) {
  const told = answer.getElementById("signed-out");
  notice()?.remove();
  if (told) document.getElementById("toasts").append(document.adoptNode(told));
}

// The page itself says who is signed in now, and brings the token of their session.
async function comeBack() {
  if (!isOut || document.hidden) return;
  const answer = await fetch(window.location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok || !isOut) return;
  const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
  const { user } = body.dataset;
  if (!user) return;
  isOut = false;
  if (user !== document.body.dataset.user) {
    say("other");
    return;
  }
  const headers = body.getAttribute("hx-headers");
  document.body.setAttribute("hx-headers", headers);
  const token = JSON.parse(headers)["X-CSRFToken"];
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  for (const each of document.querySelectorAll("[data-live]")) delete each.dataset.liveOver;
  document.dispatchEvent(new CustomEvent("board-stale"));
  say("again");
}

function say(words) {
  const told = notice();
  if (!told) return;
  told.querySelector("a").remove();
  told.querySelector("p").textContent = told.dataset[words];
  told.classList.toggle("toast-error", words === "other");
}

document.addEventListener("visibilitychange", comeBack);
window.addEventListener("focus", comeBack);
