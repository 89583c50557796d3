// X blocks time of the doctor in whose day the focus is: from the free time on that has it, or that day.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.key.toLowerCase() !== "x") return;
  const here = event.target.closest?.("#board [data-column] a");
  const link = here?.closest("[data-column]").querySelector(".doctor-block");
  if (!link || !document.documentElement.classList.contains("has-keys")) return;
  event.preventDefault();
  const address = new URL(link.href);
  if (here.matches(".free")) address.searchParams.set("starts_at", new URL(here.href).searchParams.get("starts_at"));
  document.dispatchEvent(new CustomEvent("panel:opens", { detail: { id: here.id } }));
  window.htmx.ajax("GET", address.pathname + address.search, { target: "#panel", swap: "innerHTML" });
});
