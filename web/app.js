// The page: one place is chosen at a time; the map, the panel and the address follow it.

import * as api from "./api.js";
import { conditionsOf, knownClasses } from "./catalogue.js";
import { decisionSide } from "./decision.js";
import { readHash, writeHash } from "./hash.js";
import { colourOf, expressionOf, isShown, showZoomNote, writeLegend } from "./legend.js";
import { showAttribution, showHover, showNote } from "./map-side.js";
import { canDraw, openMap } from "./map.js";
import { modes, showMode } from "./mode.js";
import { near } from "./near.js";
import { nearList } from "./near-list.js";
import * as panel from "./panel.js";
import { answerOrProblem, newQuestion, questionUnderWay } from "./question.js";
import { find } from "./search.js";
import { currentSystem, isPlane, offerSystems } from "./systems.js";
import { tabbed } from "./tabs.js";
import { currentLanguage, say, setLanguage, writePage } from "./text.js";

const POINT_ZOOM = 16;
const COMPONENT_ZOOM = 18;
/** How long a pause in typing ends the filter's text. */
const TYPING_PAUSE_MS = 250;

/** What stays when the place changes. */
const choice = { radius_m: 50, filter: "", tab: "near", hidden: new Set(), only: null };
/** What is chosen: a point, or a cell by its code, or neither; and the component picked beside it. */
let chosen = { at: null, cell: null, picked: null };
let page = null;

start();

async function start() {
  writePage();
  listenToControls();
  panel.showLoading(null);
  try {
    const [style, city, classes] = await Promise.all([api.style(), api.city(), classesOrNone()]);
    page = { style, city, classes, map: NO_MAP, near: null, decision: null, conditions: conditionsOf(api.limits) };
    await showMode(followMode);
    page.decision = newDecisionSide();
    document.getElementById("city").textContent = city.name ?? "";
    document.title = [city.name, "万米 wanmi"].filter(Boolean).join(" · ");
    showAttribution(city.attribution);
    const named = readHash();
    takeFilter(named);
    showSystems();
    panel.showEmpty();
    page.map = await open(offered(style, city), { city, view: named.view });
    page.map.translate();
    showFilter();
    followHash(named);
  } catch (error) {
    if (!(error instanceof api.Problem)) throw error;
    panel.showProblem(error, { retry: () => location.reload(), close: () => panel.showEmpty() });
  }
}

/** The classes; without their names the map still works. */
async function classesOrNone() {
  const [classes] = await answerOrProblem(api.classes());
  return classes ?? { edition: null, classes: [] };
}

/** The map, or what stands in for it where the browser has no WebGL: the search box and the panel still work. */
async function open(style, { city, view }) {
  if (!canDraw()) {
    showNote(say("error_webgl"));
    return NO_MAP;
  }
  const on = { click: chooseNew, hover: showHover, move: followMove, error: () => showNote(say("error_tiles")) };
  const map = await openMap("map", { style, city, view, on });
  showZoomNote(map.zoom());
  return map;
}

/** The style without the layers that this city's tiles do not carry: MapLibre calls each of those an error. */
function offered(style, { vector_layers }) {
  if (!vector_layers) return style;
  const ids = new Set(vector_layers.map((layer) => layer.id));
  return { ...style, layers: style.layers.filter((layer) => !layer["source-layer"] || ids.has(layer["source-layer"])) };
}

/** Answers every wish with null; no `then`, so that it can be awaited. */
const NO_MAP = new Proxy({}, { get: (_, name) => (name === "then" ? undefined : () => null) });

// --- choosing ---------------------------------------------------------------------------------------------------

/** Chooses a point; `component` is what was clicked there, or null. */
/** A point that somebody clicked or searched: whom a report from the place before was sent back by no longer counts. */
function chooseNew(at, component = null) {
  page.decision.leave();
  choosePoint(at, component);
}

function choosePoint(at, component = null) {
  chosen = { at, cell: null, picked: component?.code ?? null };
  page.map.pin(at);
  askPoint();
}

/** Goes to a point and chooses it. */
function chooseFound(at, zoom, component = null) {
  page.map.goTo(at, zoom);
  chooseNew(at, component);
}

function chooseCell(code) {
  chosen = { at: null, cell: code, picked: null };
  page.map.pin(null);
  askCell();
}

function clear() {
  forget();
  panel.showEmpty();
}

/** Nothing is chosen any more: the map and the address say so; the panel is the caller's. */
function forget() {
  newQuestion();
  chosen = { at: null, cell: null, picked: null };
  page.near = null;
  page.map.pin(null);
  page.map.drawCell(null);
  drawNear(null);
  saveHash();
}

const actions = {
  close: () => { clear(); focusMap(); },
  retry: () => askAgain(),
  retryNear: () => askNear(),
  showCell: (code) => chooseCell(code),
  radius(radius_m) {
    choice.radius_m = radius_m;
    chosen.picked = null;
    page.near.found = null;
    showNear();
    askNear();
  },
  filter(text) {
    choice.filter = text;
    chosen.picked = null;
    askNearSoon();
  },
  pick: (component) => pick(component),
  /** Opens the decision of a component. */
  dispatch(component) {
    choice.tab = "decision";
    page.decision.dispatch(component);
    showTabs();
  },
  hide(prefix, isHidden) {
    if (isHidden) choice.hidden.add(prefix);
    else choice.hidden.delete(prefix);
    followFilter();
  },
  only(code) {
    choice.only = code;
    followFilter();
  },
  point: (component) => page.map.drawPicked(component ?? pickedComponent()),
};

// --- asking -----------------------------------------------------------------------------------------------------

function askAgain() {
  if (chosen.at !== null) askPoint();
  else if (chosen.cell !== null) askCell();
}

/** Asks for everything about the chosen point. */
async function askPoint() {
  const { at } = chosen;
  const signal = newQuestion();
  saveHash();
  panel.showLoading(at, actions);
  page.near = { list: nearList(choice, actions), found: null, problem: null, details: null, turn: 0 };
  const answer = { at, located: null, cell: null, sections: [] };
  askNear();
  if (chosen.picked !== null) askDetails();
  await orProblem(async () => {
    answer.located = await api.locate(at, signal);
    if (answer.located.place !== null) answer.cell = await api.cell(answer.located.place.cell, signal);
    page.map.drawCell(answer.cell?.geometry ?? null);
    answer.sections = tabs();
    panel.showPlace(answer, actions);
    page.decision.show(at);
    revealPicked();
  });
}

async function askCell() {
  const signal = newQuestion();
  page.near = null;
  drawNear(null);
  saveHash();
  await orProblem(async () => {
    const cell = await api.cell(chosen.cell, signal);
    page.map.drawCell(cell.geometry);
    page.map.showShape(cell.geometry);
    panel.showCell(cell, actions);
  });
}

/** Asks for the components near the chosen point; of several questions only the last one's answer is shown. */
async function askNear() {
  const asked = page.near;
  const turn = (asked.turn += 1);
  const [found, problem] = await answerOrProblem(near(chosen.at, nearChoice(), questionUnderWay()));
  if (asked !== page.near || turn !== asked.turn) return;
  Object.assign(asked, { found, problem });
  showNear();
}

/** Asks for everything known of the picked component. */
async function askDetails() {
  const asked = page.near;
  const code = chosen.picked;
  const [details, problem] = await answerOrProblem(api.component(code, questionUnderWay()));
  if (asked !== page.near || code !== chosen.picked) return;
  Object.assign(asked, { details, problem });
  showNear();
  revealPicked();
}

let typing = 0;
function askNearSoon() {
  clearTimeout(typing);
  typing = setTimeout(() => { if (page.near !== null) askNear(); }, TYPING_PAUSE_MS);
}

function pick(component) {
  chosen.picked = component?.code ?? null;
  page.near.details = null;
  showNear();
  if (component === null) return;
  page.map.goTo(component.location, COMPONENT_ZOOM);
  askDetails();
}

async function search(text) {
  if (text === "" || page === null) return;
  const signal = newQuestion();
  await orProblem(async () => {
    const result = await find(text, signal);
    if (result.at) chooseFound(result.at, POINT_ZOOM);
    else if (result.cell) chooseCell(result.cell.code);
    else if (result.component) chooseFound(result.component.location, COMPONENT_ZOOM, result.component);
    else {
      forget();
      panel.showNothing(result.nothing, text, actions);
    }
  }, () => search(text));
}

/** Runs a question; a refusal is shown with a way to ask again, an aborted one is silent. */
async function orProblem(question, retry = actions.retry) {
  const [, problem] = await answerOrProblem(question());
  if (problem === null) return;
  page.near = null;
  drawNear(null);
  page.map.drawCell(null);
  panel.showProblem(problem, { ...actions, retry });
}

function nearChoice() {
  const isAll = choice.only === null && choice.hidden.size === 0;
  return { ...choice, isShown: isAll ? null : (classCode) => isShown(page.style, choice, classCode) };
}

// --- showing ----------------------------------------------------------------------------------------------------

function showNear() {
  const { list, found, problem, details } = page.near;
  const hadFocus = list.section.contains(document.activeElement) ? document.activeElement.dataset.code : undefined;
  const colour = (classCode) => colourOf(page.style, classCode);
  list.fill({ found, problem, details, picked: chosen.picked, choice, colourOf: colour }, actions);
  const rows = [...list.section.querySelectorAll(".row")];
  rows.find((row) => row.dataset.code === hadFocus)?.focus({ preventScroll: true });
  drawNear(found);
}

/** A component clicked on the map may stand far down the list. */
function revealPicked() {
  document.querySelector(`.row[aria-expanded="true"]`)?.parentElement.scrollIntoView({ block: "nearest" });
}

function drawNear(found) {
  page.map.drawRadius(chosen.at, choice.radius_m);
  page.map.drawNear(found?.listed ?? []);
  page.map.drawPicked(pickedComponent());
}

function pickedComponent() {
  if (chosen.picked === null || page.near === null) return null;
  return page.near.details ?? page.near.found?.listed.find((c) => c.code === chosen.picked) ?? null;
}

/** What is near and whom a report goes to, one at a time. */
function tabs() {
  const near = { key: "near", label: say("near"), section: page.near.list.section };
  const decision = { key: "decision", label: say("decision"), section: page.decision.section };
  return tabbed([near, decision], choice.tab, (key) => {
    choice.tab = key;
    saveHash();
  });
}

function showTabs() {
  document.getElementById(`tab-${choice.tab}`)?.click();
}

function newDecisionSide() {
  const { edition, classes } = page.classes;
  const known = { edition, classes: knownClasses(classes, edition), modes: () => modes, conditions: page.conditions };
  return decisionSide(known, {
    changed: saveHash,
    speak: panel.speak,
    showCell: (code) => chooseCell(code),
    pickCode: (code) => {
      choice.tab = "near";
      showTabs();
      chosen.picked = code;
      askDetails();
    },
  });
}

/** The filter, as the legend and the map show it. */
function showFilter() {
  writeLegend(page.style, knownClasses(page.classes.classes, null).component, choice, actions);
  page.map.filterComponents(expressionOf(page.style, choice));
}

function followFilter() {
  showFilter();
  saveHash();
  if (page.near !== null) askNear();
}

/** Another mode: whom a report goes to may have changed. */
function followMode() {
  if (chosen.at !== null) page.decision.again();
}

function showSystems() {
  const select = document.getElementById("system");
  const hint = () => { document.getElementById("search-text").placeholder = say(isPlane() ? "search_hint_plane" : "search_hint"); };
  offerSystems(select, page.city.bounds, () => {
    hint();
    askAgain();
  });
  select.title = currentSystem();
  hint();
}

function showVersion(version, previous) {
  const line = document.getElementById("version");
  line.dataset.version = version;
  line.textContent = say("version", version);
  if (previous === null || page === null) return;
  page.map.refresh();
  showMode(followMode);
}

// --- address and controls -----------------------------------------------------------------------------------------

function saveHash() {
  const view = page.map.view();
  const isDeciding = choice.tab === "decision" && chosen.at !== null;
  const fields = isDeciding ? page.decision.fields() : [];
  if (view !== null) writeHash({ view, at: chosen.at, cell: chosen.cell, filter: choice, fields });
}

/** Chooses what the address names; `named` was read before the map moved, since each move rewrites the address. */
function followHash(named) {
  if (page.decision.follow(named.named)) choice.tab = "decision";
  if (named.at !== null) choosePoint(named.at);
  else if (named.cell !== null) chooseCell(named.cell);
  else clear();
}

function takeFilter({ hidden, only }) {
  choice.hidden = new Set(hidden);
  choice.only = only;
}

function followNewHash() {
  if (page === null) return;
  const named = readHash();
  takeFilter(named);
  showFilter();
  if (named.view !== null) page.map.showView(named.view);
  followHash(named);
}

function followMove(view) {
  showNote(null);
  showZoomNote(view.zoom);
  saveHash();
}

function focusMap() {
  document.querySelector(".maplibregl-canvas")?.focus({ preventScroll: true });
}

function changeLanguage(language) {
  if (language === currentLanguage()) return;
  setLanguage(language);
  if (page === null) return;
  showFilter();
  showSystems();
  showMode(followMode);
  page.decision = newDecisionSide();
  page.decision.follow(readHash().named);
  page.map.translate();
  const { version } = document.getElementById("version").dataset;
  if (version) showVersion(version, null);
  if (chosen.at === null && chosen.cell === null) panel.showEmpty();
  else askAgain();
}

function listenToControls() {
  api.watchVersion(showVersion);
  const press = (id, action) => { document.getElementById(id).onclick = () => page && action(); };
  press("zoom-in", () => page.map.zoomBy(1));
  press("zoom-out", () => page.map.zoomBy(-1));
  press("zoom-city", () => page.map.showCity());
  for (const button of document.querySelectorAll("[data-language]")) {
    button.onclick = () => changeLanguage(button.dataset.language);
  }
  document.getElementById("search").onsubmit = (event) => {
    event.preventDefault();
    search(document.getElementById("search-text").value.trim());
  };
  addEventListener("keydown", (event) => {
    // In a field with text Escape empties the field, as everywhere.
    const emptiesField = event.target instanceof HTMLInputElement && event.target.value !== "";
    if (event.key === "Escape" && page !== null && !emptiesField) actions.close();
  });
  addEventListener("hashchange", followNewHash);
}
