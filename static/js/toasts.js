// Toasts: a button that dismisses, and words for requests that got no answer to show. The page holds the words.
const SECONDS_SHOWN = 12;

function showDismissButtons() {
  for (const button of document.querySelectorAll(".toast-close[hidden]")) {
    button.hidden = false;
    const toast = button.closest(".toast-note");
    button.addEventListener("click", () => toast.remove());
    setTimeout(() => leave(toast), SECONDS_SHOWN * 1000);
  }
}

// A toast that is being read or used stays.
function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(() => leave(toast), 2000);
  else toast.remove();
}

const words = () => document.getElementById("toast-words").dataset;

function say(text, closed = () => {}) {
  const toast = document.createElement("div");
  toast.className = "toast-note toast-error";
  const told = document.createElement("p");
  told.textContent = text;
  toast.append(told);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-sm btn-quiet";
  close.textContent = words().close;
  close.addEventListener("click", () => {
    toast.remove();
    closed();
  });
  toast.append(close);
  document.getElementById("toasts").append(toast);
  return toast;
}

// An answer that is lost says nothing about what was sent: that may be saved all the same.
function lost({ target, requestConfig }, otherwise) {
  const isAction = requestConfig.verb !== "get" && ["panel", "desk"].includes(target?.id);
  say(isAction ? words().unknown : otherwise);
  if (isAction) document.body.dispatchEvent(new Event("board-stale"));
}

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  if (detail.xhr.getResponseHeader("X-Form-Too-Old")) say(words().old);
  else if (words()[status]) say(words()[status]);
  else if (status < 500) say(words().failed);
  else lost(detail, words().failed);
});

for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, ({ detail }) => lost(detail, words().unreached));
}

document.addEventListener("htmx:afterSettle", showDismissButtons);
document.addEventListener("DOMContentLoaded", showDismissButtons);
