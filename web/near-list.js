// The list of components near the point, with its radius, its filter and the details of the picked one.

import { element, facts } from "./dom.js";
import { LISTED, RADII_M } from "./near.js";
import { placeText, problemNotice } from "./panel.js";
import { day, metres, say } from "./text.js";

/**
 * The section and a way to fill it: `{section, fill}`.
 * The controls stay while the list below them changes, so that typing in the filter keeps its focus.
 */
export function nearList(choice, on) {
  const list = element("div.near-list", { "aria-busy": "true" }, element("p.loading", {}, say("loading")));
  const section = element("section.near", { "aria-label": say("near") },
    element("div.near-head", {}, filterField(choice, on), radii(choice, on)), list);
  return {
    section,
    fill(state) {
      for (const button of section.querySelectorAll(".radii button")) button.setAttribute("aria-pressed", String(button.value === String(state.choice.radius_m)));
      fill(list, state, on);
    },
  };
}

function radii(choice, on) {
  const group = element("div.radii", { role: "group", "aria-label": say("radius") });
  for (const radius_m of RADII_M) {
    const chosen = String(radius_m === choice.radius_m);
    group.append(element("button", { type: "button", value: radius_m, "aria-pressed": chosen, onclick: () => on.radius(radius_m) }, `${radius_m} m`));
  }
  return group;
}

function filterField(choice, on) {
  return element("input.filter", {
    type: "search", value: choice.filter, placeholder: say("filter_hint"), "aria-label": say("filter"),
    autocomplete: "off", spellcheck: "false", oninput: (event) => on.filter(event.target.value.trim()),
  });
}

/** `state` is `{found, problem, picked, details, choice, colourOf}`; found and problem are null while loading. */
function fill(list, state, on) {
  list.setAttribute("aria-busy", String(state.found === null && state.problem === null));
  list.replaceChildren(...content(state, on));
}

function content({ found, problem, picked, details, choice, colourOf }, on) {
  if (problem !== null) return [problemNotice(problem, on.retryNear)];
  if (found === null) return [element("p.loading", {}, say("loading"))];
  const shown = { picked, details, colourOf };
  const apart = picked !== null && details !== null && !found.listed.some((c) => c.code === picked)
    ? element("ol.rows", {}, row(details, shown, on)) : null;
  const rows = element("ol.rows", {}, ...found.listed.map((component) => row(component, shown, on)));
  return [apart, summary(found, choice, on), found.searched === null ? null : partialNote(found), rows].filter((part) => part !== null);
}

function summary({ listed, matched }, { radius_m, filter }, on) {
  if (listed.length === 0) {
    const wider = RADII_M.find((r) => r > radius_m);
    const button = wider === undefined ? null
      : element("button", { type: "button", onclick: () => on.radius(wider) }, say("near_widen", wider));
    return element("p.summary", {}, say(filter === "" ? "near_none" : "near_no_match", radius_m), " ", button);
  }
  if (matched > listed.length) return element("p.summary", {}, say("near_first_of", radius_m, listed.length, matched));
  const key = listed.length === LISTED ? "near_first" : "near_count";
  return element("p.summary", {}, say(key, radius_m, listed.length));
}

function partialNote({ searched }) {
  return element("p.summary", {}, say("near_partial", searched));
}

function row(component, { picked, details, colourOf }, on) {
  const open = component.code === picked;
  const dot = element("i.swatch");
  dot.style.backgroundColor = colourOf(component.class);
  const title = component.class_name ?? component.class;
  const own = component.name !== null && component.name !== title ? element("span.own", {}, component.name) : null;
  const distance = component.distance_m === undefined ? null : element("span.distance", {}, metres(component.distance_m));
  const button = element("button.row", {
    type: "button", "data-code": component.code, "aria-expanded": String(open), onclick: () => on.pick(open ? null : component),
    onmouseenter: () => on.point(component), onmouseleave: () => on.point(null),
  }, dot, element("span.what", {}, element("span.title", {}, title, own), element("code", {}, component.code)), distance);
  const card = open && details?.code === picked ? detailsCard(details, on) : null;
  return element("li", {}, button, card);
}

function detailsCard(component, on) {
  const text = (key) => [say(key), component[key] ?? null];
  const date = (key) => [say(key), component[key] ? day(component[key]) : null];
  const unit = (key) => [say(key), component[key]?.name ?? component[key]?.code ?? null];
  return element("div.details", {}, facts([
    [say("class"), `${component.class} ${component.class_name ?? ""}`],
    text("name"), text("state"), unit("competent"), unit("owner"), unit("maintainer"), text("cell"), text("edition"),
    date("surveyed"), date("changed"), text("data_source"), text("note"),
    ...Object.entries(component.extra ?? {}),
    [say("coordinates"), placeText(component.location)],
  ]), element("button.wide", { type: "button", onclick: () => on.dispatch(component) }, say("dispatch")));
}
