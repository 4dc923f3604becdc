// Lets ipywidgets' html-manager work on pages that have mathematics and this theme's icons.
// Loaded on every page, before either of them.

// The theme's FontAwesome would replace the <i> elements that widgets keep working on.
window.FontAwesomeConfig = { autoReplaceSvg: "nest" };

// html-manager typesets a widget's description through MathJax 2's queue; the page has MathJax 3,
// which assigns its global once before and once while it loads. Whatever is assigned gets a queue.
(() => {
  let current;

  async function typeset([, , element]) {
    while (!current.startup?.promise) await new Promise((done) => setTimeout(done, 50));
    await current.startup.promise;
    await current.typesetPromise([element]);
  }

  Object.defineProperty(window, "MathJax", {
    configurable: true,
    get: () => current,
    set: (value) => {
      current = value;
      current.Hub = { Queue: typeset };
    },
  });
})();

// For people who hear the page: names for what has none, and none where it is not what is written.
new MutationObserver(() => {
  for (const handle of document.querySelectorAll(".widget-hslider .noUi-handle:not([aria-label])")) {
    const label = handle.closest(".widget-hslider").querySelector("label, .widget-label");
    if (label) handle.setAttribute("aria-label", label.textContent || "value");
  }
  for (const player of document.querySelectorAll(".widget-play:not([aria-label])")) {
    const names = ["play or pause", "stop", "repeat"];
    const buttons = player.querySelectorAll("button");
    if (buttons.length < names.length) continue;
    player.setAttribute("aria-label", "player");
    player.setAttribute("role", "group");
    names.forEach((name, i) => buttons[i].setAttribute("aria-label", name));
  }
  for (const summary of document.querySelectorAll("summary[aria-label]")) {
    summary.removeAttribute("aria-label"); // "Toggle hidden content" over "Show code cell source"
  }
  for (const list of document.querySelectorAll(".citation-list[role]")) {
    list.removeAttribute("role"); // its entries are not list items
  }
}).observe(document.documentElement, { childList: true, subtree: true });
