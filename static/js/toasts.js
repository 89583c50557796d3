// Toasts: a button that dismisses, and words for requests that got no answer to show.
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

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast-note toast-error";
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-sm btn-quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  document.getElementById("toasts").append(toast);
}

const WORDS = {
  403: "Your role does not allow this. Ask a colleague who may do it.",
  404: "This is no longer here. Reload the page to see what is.",
  429: "That was too often in a short time. Wait a minute, then try again.",
  503: "The clinic's database is busy. Wait a few seconds, then try again.",
};

document.addEventListener("htmx:responseError", (event) => {
  say(WORDS[event.detail.xhr.status] || "That did not work, and nothing was changed. Reload the page, then try again.");
});

document.addEventListener("htmx:sendError", () => {
  say("The clinic could not be reached, and nothing was changed. Check the network, then try again.");
});

// Signed out meanwhile: the answer is the sign-in page, which belongs in the whole window.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL).pathname.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});

document.addEventListener("htmx:afterSettle", showDismissButtons);
document.addEventListener("DOMContentLoaded", showDismissButtons);
