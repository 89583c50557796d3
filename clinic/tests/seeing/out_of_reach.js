// What a person cannot get at on a small screen: a page that is wider than it, a table of which a
// part is out of sight, and whatever can be pressed or filled in but does not come to light when it is
// scrolled to. Only what needs both directions may be scrolled sideways: calendars, figures, sheets
// of a file, and the administration's lists and their inline rows.
() => {
  const UNSEEN = ".visually-hidden, .visually-hidden-focusable, .skip-link, .skip-to-content-link";
  const HIDDEN = `[inert], [inert] *, ${UNSEEN}, [aria-hidden="true"][tabindex="-1"]`;
  const PRESSED = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const OURS = ".board-scroller, .figure-frame, .figures-scroll, .exchange-scroll, textarea";
  const SIDEWAYS = `${OURS}, .results, .inline-group`;
  const faults = [];
  const drawn = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 140);

  const screen = document.documentElement.clientWidth;
  const width = document.documentElement.scrollWidth;
  if (width > screen) {
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > screen + 1,
    );
    const deepest = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
    faults.push(`wider than the screen (${width} px): ${deepest.length ? drawn(deepest[0]) : ""}`);
  }

  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.disabled && !element.matches(HIDDEN);
  const middle = (box) => [
    (Math.max(box.left, 0) + Math.min(box.right, window.innerWidth)) / 2,
    (Math.max(box.top, 0) + Math.min(box.bottom, window.innerHeight)) / 2,
  ];

  for (const element of document.querySelectorAll("main *")) {
    const hides = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX;
    if (["auto", "scroll"].includes(hides) && isShown(element) && !element.matches(SIDEWAYS)) {
      faults.push(`is cut off (${element.scrollWidth} of ${element.clientWidth} px): ${drawn(element)}`);
    }
  }

  for (const element of document.querySelectorAll(PRESSED)) {
    if (!isShown(element)) continue;
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const boxes = [...element.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    if (!boxes.length) continue; // a native control that its label stands for
    const reached = boxes.some((box) => {
      const found = document.elementFromPoint(...middle(box));
      return found && (element.contains(found) || [...(element.labels ?? [])].some((label) => label.contains(found)));
    });
    if (!reached) faults.push(`cannot be reached: ${drawn(element)}`);
  }
  window.scrollTo(0, 0);
  return faults;
}
