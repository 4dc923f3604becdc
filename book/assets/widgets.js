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

// Without a connection html-manager cannot come: then the first frame of each figure stands still.
// The page has it, for the state of all widgets is in it.
function standStill() {
  const json = (script) => JSON.parse(script.textContent);
  const kind = "script[type='application/vnd.jupyter.widget-";
  const { state } = json(document.querySelector(`${kind}state+json']`));
  for (const view of document.querySelectorAll(`${kind}view+json']`)) {
    let model = state[json(view).model_id].state;
    while (model.children) {
      const shown = model.children.at(model.selected_index ?? -1); // the controls are above
      model = state[shown.replace("IPY_MODEL_", "")].state;
    }
    view.insertAdjacentHTML("afterend", `${model.value}<p>It moves when there is a connection.</p>`);
  }
}
window.addEventListener(
  "error",
  ({ target }) => {
    if (target.src?.includes("html-manager")) addEventListener("DOMContentLoaded", standStill);
  },
  true, // what fails to load is told to nobody above it
);

// "\(\beta\)" is spoken as "beta" and "\(y_1\)" as "y 1". The names of other commands are no words:
// they keep their backslash, which the browser tests refuse, so a label says such things in words.
const GREEK = /\\(?=(?:alpha|beta|gamma|delta|epsilon|eta|theta|lambda|mu|rho|sigma)\b)/g;
const spoken = (label) => label.replace(/\\[()]/g, "").replace(GREEK, "").replace(/_/g, " ");

// For people who hear the page: names for what has none, and none where it is not what is written.
new MutationObserver(() => {
  for (const handle of document.querySelectorAll(".widget-hslider .noUi-handle")) {
    const slider = handle.closest(".widget-hslider");
    const label = slider.querySelector("label, .widget-label");
    if (label && !handle.hasAttribute("aria-label")) {
      handle.setAttribute("aria-label", spoken(label.textContent) || "value");
    }
    const value = slider.querySelector(".widget-readout")?.textContent;
    if (value && handle.getAttribute("aria-valuetext") !== value) {
      handle.setAttribute("aria-valuetext", value); // not the number of the frame
    }
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
}).observe(document.documentElement, {
  attributeFilter: ["aria-valuetext"],
  childList: true,
  subtree: true,
});
