// The views of the calendar: an action leaves one where it stands.

// The appointment that an action was about, to be marked once the view has drawn itself again.
let acted = "";

// Whoever goes on with something else is not called back.
document.addEventListener("visit-shown", (event) => { acted = event.detail.id; });
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { acted = ""; }, true);

document.addEventListener("live:updated", () => {
  const link = acted && document.getElementById(acted);
  if (!link) return;
  acted = "";
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
