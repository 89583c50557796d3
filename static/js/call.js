// The panel during a call: Enter does what is next, and who opened the panel gets the focus back.
let opener = null;

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[hx-target='#panel']");
  if (pressed && !pressed.closest("#panel, #board")) opener = pressed;
});

function giveBack() {
  const panel = document.getElementById("panel");
  if (!opener || !panel || panel.hasChildNodes()) return;
  if (opener.isConnected && document.activeElement === document.body) opener.focus({ preventScroll: true });
  opener = null;
}

function watch() {
  const panel = document.getElementById("panel");
  if (panel) new MutationObserver(giveBack).observe(panel, { childList: true });
}

// The first button of a form is what Enter presses, which is seldom what is meant by it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
  const form = event.target.form;
  let button = null;
  if (event.target.id === "id_q") button = form?.querySelector("[name=find]");
  else if (event.target.closest(".newcomer-fields")) button = form?.querySelector("[data-book]");
  if (!button) return;
  event.preventDefault();
  button.click();
});

watch();
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "desk") watch();
});
