// The views of the calendar: an action leaves one where it stands.

// The appointment that an action was about, to be marked once the view has drawn itself again.
let acted = "";

document.addEventListener("visit-shown", (event) => { acted = event.detail.id; });

document.addEventListener("htmx:afterSettle", (event) => {
  if (!acted || !event.detail.target?.id.endsWith("-content")) return;
  const link = document.getElementById(acted);
  acted = "";
  if (!link) return;
  link.classList.add("is-shown");
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
  // In a list the next step of the same visit is what is pressed next.
  (link.closest("[data-visit]")?.querySelector("button") || link).focus({ preventScroll: true });
});

// A week opens at today, on a phone too, where a day fills the screen.
document.addEventListener("DOMContentLoaded", () => {
  if (document.getElementById("now")) return;
  document.querySelector(".week-head.is-today")?.scrollIntoView({ block: "nearest", inline: "start" });
});
