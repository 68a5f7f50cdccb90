// The legend: the 大类 of the style, in the page's language.

import { element } from "./dom.js";
import { currentLanguage } from "./text.js";

/** The zoom from which tiles carry components. */
export const COMPONENTS_FROM_ZOOM = 14;

if (matchMedia("(max-width: 720px)").matches) document.getElementById("legend").open = false;

/** Fills the legend from `metadata["wanmi:majors"]` of the style. */
export function writeLegend(style) {
  const majors = style.metadata?.["wanmi:majors"] ?? [];
  const rows = majors.map((major) => {
    const swatch = element("i.swatch");
    swatch.style.backgroundColor = major.color;
    return element("li", {}, swatch, major[currentLanguage()]);
  });
  document.getElementById("legend-list").replaceChildren(...rows);
}

/** The colour of a class, by the 大类 in its first two digits; the last 大类 lends its colour to unknown ones. */
export function colourOf(style, classCode) {
  const majors = style.metadata?.["wanmi:majors"] ?? [];
  const major = majors.find((m) => classCode.startsWith(m.prefix)) ?? majors.at(-1);
  return major?.color ?? "#5b6770";
}

/** Says that components need a closer look, as long as that is so. */
export function showZoomNote(zoom) {
  document.getElementById("legend-note").hidden = zoom >= COMPONENTS_FROM_ZOOM;
}
