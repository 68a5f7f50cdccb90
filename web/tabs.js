// Two sections in one place: what is near, and whom a report goes to.

import { element } from "./dom.js";

/** Tabs over sections: `tabs` is `[{key, label, section}]`; `on(key)` hears of each choice. */
export function tabbed(tabs, chosen, on) {
  const buttons = tabs.map(({ key, label }) => element("button", {
    type: "button", role: "tab", id: `tab-${key}`, "aria-controls": `panel-${key}`, onclick: () => choose(key),
  }, label));
  const panels = tabs.map(({ key, section }) => element("div.tab-panel", { role: "tabpanel", id: `panel-${key}`, "aria-labelledby": `tab-${key}` }, section));
  const list = element("div.tabs", {
    role: "tablist",
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      const next = (buttons.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
      choose(tabs[next].key);
      buttons[next].focus();
    },
  }, ...buttons);
  const show = (key) => tabs.forEach((tab, i) => {
    buttons[i].setAttribute("aria-selected", String(tab.key === key));
    buttons[i].tabIndex = tab.key === key ? 0 : -1;
    panels[i].hidden = tab.key !== key;
  });
  const choose = (key) => {
    show(key);
    on(key);
  };
  show(chosen);
  return [list, ...panels];
}
