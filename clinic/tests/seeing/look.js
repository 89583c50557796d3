// One look at a page as it is shown now. Reading colours is the slow part of axe-core, so they are
// read where letters stand in colours, or in a size, that were not read on this page in this theme.
// Nothing but colours differs in the dark.
async ({ theme, known }) => {
  const COLOURS = ["color-contrast", "link-in-text-block"];
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  const grounds = new Map();

  // What lies behind an element, from the front, up to what hides the rest.
  const ground = (element) => {
    if (!element) return "";
    if (!grounds.has(element)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
      const own = `${backgroundColor} ${backgroundImage} ${opacity}`;
      const isOpaque = backgroundColor.startsWith("rgb(") && opacity === "1";
      grounds.set(element, isOpaque ? own : `${own} / ${ground(element.parentElement)}`);
    }
    return grounds.get(element);
  };
  const hasText = (element) =>
    element.matches("input, select, textarea") ||
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const colours = (element) => {
    const { color, fontSize, fontWeight, textDecorationLine } = getComputedStyle(element);
    const isLink = element.matches("a") && `${getComputedStyle(element.parentElement).color} ${textDecorationLine}`;
    return `${color} ${fontSize} ${fontWeight} ${isLink} on ${ground(element)}`;
  };

  const seen = new Set();
  for (const element of document.body.querySelectorAll("*")) {
    if (hasText(element) && element.checkVisibility({ visibilityProperty: true })) seen.add(colours(element));
  }
  const isNew = [...seen].some((each) => !known.includes(each));
  if (theme === "dark" && !isNew) return { faults: [], seen: [...seen] };

  // What is loaded beforehand serves a rule on how a phone is held, of which no style sheet of ours asks.
  const options = { reporter: "no-passes", preload: false };
  if (theme === "dark") options.runOnly = COLOURS;
  else if (!isNew) options.rules = Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }]));
  const { violations } = await axe.run(document, options);
  const faults = violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  return { faults, seen: [...seen] };
}
