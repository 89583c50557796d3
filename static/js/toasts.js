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

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast-note toast-error";
  const told = document.createElement("p");
  told.textContent = text;
  toast.append(told);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-sm btn-quiet";
  close.textContent = words().close;
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  document.getElementById("toasts").append(toast);
}

document.addEventListener("htmx:responseError", (event) => {
  say(words()[event.detail.xhr.status] || words().failed);
});

document.addEventListener("htmx:sendError", () => {
  say(words().unreached);
});

document.addEventListener("htmx:afterSettle", showDismissButtons);
document.addEventListener("DOMContentLoaded", showDismissButtons);
