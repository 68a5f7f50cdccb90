// The legend, which is also the filter of the map: each 大类 can be hidden, or one 小类 shown alone.

import { element } from "./dom.js";
import { currentLanguage, say } from "./text.js";

/** The zoom from which tiles carry components. */
export const COMPONENTS_FROM_ZOOM = 14;

if (matchMedia("(max-width: 720px)").matches) document.getElementById("legend").open = false;

/**
 * Fills the legend from `metadata["wanmi:majors"]` of the style and the classes that the city's components have.
 * `filter` is `{hidden, only}`: the prefixes of hidden 大类 and the code of the one 小类 shown, or null.
 * `on` has `hide(prefix, isHidden)` and `only(code)`.
 */
export function writeLegend(style, classes, filter, on) {
  const rows = majorsOf(style).map((major) => row(major, filter, on));
  document.getElementById("legend-list").replaceChildren(...rows);
  document.getElementById("legend-only").replaceChildren(...onlyField(classes, filter, on));
}

function row(major, { hidden, only }, on) {
  const swatch = element("i.swatch");
  swatch.style.backgroundColor = major.color;
  const name = major[currentLanguage()];
  const box = element("input", {
    type: "checkbox", checked: !hidden.has(major.prefix), disabled: only !== null, "aria-label": say("legend_show", name),
    onchange: (event) => on.hide(major.prefix, !event.target.checked),
  });
  return element("li", {}, element("label", {}, box, swatch, name));
}

function onlyField(classes, { only }, on) {
  if (classes.length === 0) return [];
  if (only !== null) {
    const name = classes.find((c) => c.code === only)?.label ?? only;
    return [element("button.chip", { type: "button", title: say("only_all"), "aria-label": `${say("only_all")} ${name}`, onclick: () => on.only(null) },
      name, element("span", { "aria-hidden": "true" }, "×"))];
  }
  const options = classes.map((c) => element("option", { value: c.label }));
  return [
    element("input", {
      type: "search", list: "legend-classes", placeholder: say("only_hint"), "aria-label": say("only"), autocomplete: "off", spellcheck: "false",
      onchange: (event) => {
        const code = codeOf(classes, event.target.value);
        if (code !== null) on.only(code);
      },
    }),
    element("datalist", { id: "legend-classes" }, ...options),
  ];
}

/** The class that a text names: its label, its code, its name, or the only one whose label has the text; else null. */
export function codeOf(classes, text) {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return null;
  const is = (c) => [c.label, c.code, c.name].some((word) => word?.toLowerCase() === wanted);
  const holding = classes.filter((c) => c.label.toLowerCase().includes(wanted));
  return classes.find(is)?.code ?? (holding.length === 1 ? holding[0].code : null);
}

/** The colour of a class, by the 大类 in its first two digits; the last 大类 lends its colour to unknown ones. */
export function colourOf(style, classCode) {
  return majorOf(style, classCode)?.color ?? "#5b6770";
}

/** Whether a filter shows components of a class. */
export function isShown(style, { hidden, only }, classCode) {
  if (only !== null) return classCode === only;
  return !hidden.has(majorOf(style, classCode)?.prefix);
}

/** The filter as MapLibre's expression on the features of components; null shows all. */
export function expressionOf(style, { hidden, only }) {
  if (only !== null) return ["==", ["get", "class"], only];
  if (hidden.size === 0) return null;
  const prefixes = majorsOf(style).map((major) => major.prefix);
  const last = prefixes.at(-1);
  const named = prefixes.slice(0, -1);
  const prefix = ["slice", ["get", "class"], 0, 2];
  const shown = named.filter((p) => !hidden.has(p));
  // What no 大类 names belongs to the last.
  return hidden.has(last) ? ["in", prefix, ["literal", shown]] : ["!", ["in", prefix, ["literal", named.filter((p) => hidden.has(p))]]];
}

/** Says that components need a closer look, as long as that is so. */
export function showZoomNote(zoom) {
  document.getElementById("legend-note").hidden = zoom >= COMPONENTS_FROM_ZOOM;
}

function majorOf(style, classCode) {
  const majors = majorsOf(style);
  return majors.find((m) => classCode.startsWith(m.prefix)) ?? majors.at(-1);
}

function majorsOf(style) {
  return style.metadata?.["wanmi:majors"] ?? [];
}
