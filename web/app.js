// The page: one place is chosen at a time; the map, the panel and the address follow it.

import * as api from "./api.js";
import { readHash, writeHash } from "./hash.js";
import { colourOf, showZoomNote, writeLegend } from "./legend.js";
import { openMap } from "./map.js";
import { near } from "./near.js";
import { nearList } from "./near-list.js";
import * as panel from "./panel.js";
import { find } from "./search.js";
import { currentLanguage, metres, say, setLanguage, writePage } from "./text.js";

const POINT_ZOOM = 16;
const COMPONENT_ZOOM = 18;
/** How long a pause in typing ends the filter's text. */
const TYPING_PAUSE_MS = 250;

/** What stays when the place changes. */
const choice = { radius_m: 50, filter: "" };
/** What is chosen: a point, or a cell by its code, or neither; and the component picked beside it. */
let chosen = { at: null, cell: null, picked: null };
/** The question under way; a new one aborts it, so that a late answer never overwrites a later one. */
let asking = new AbortController();
let page = null;

start();

async function start() {
  writePage();
  listenToControls();
  panel.showLoading(null);
  try {
    const [style, city] = await Promise.all([api.style(), api.city()]);
    page = { style, city, map: NO_MAP, near: null };
    document.getElementById("city").textContent = city.name ?? "";
    showAttribution(city);
    writeLegend(style);
    panel.showEmpty();
    page.map = await open(style, city);
    page.map.translate();
    followHash();
  } catch (error) {
    if (!(error instanceof api.Problem)) throw error;
    panel.showProblem(error, { retry: () => location.reload(), close: () => panel.showEmpty() });
  }
}

/** The map, or what stands in for it where the browser has no WebGL: the search box and the panel still work. */
async function open(style, city) {
  const { view } = readHash();
  const on = { click: choosePoint, hover: showHover, move: followMove, error: showMapError };
  try {
    const map = await openMap("map", { style, city, view, on });
    showZoomNote(map.zoom());
    return map;
  } catch {
    showNote(say("error_webgl"));
    return NO_MAP;
  }
}

const NO_MAP = new Proxy({}, { get: (_, name) => (name === "then" ? undefined : () => null) });

// --- choosing ---------------------------------------------------------------------------------------------------

/** Chooses a point; `component` is what was clicked there, or null. */
function choosePoint(at, component = null) {
  chosen = { at, cell: null, picked: component?.code ?? null };
  page.map.pin(at);
  askPoint();
}

function chooseCell(code) {
  chosen = { at: null, cell: code, picked: null };
  page.map.pin(null);
  askCell();
}

function clear() {
  asking.abort();
  chosen = { at: null, cell: null, picked: null };
  page.near = null;
  page.map.pin(null);
  page.map.drawCell(null);
  drawNear(null);
  saveHash();
  panel.showEmpty();
}

const actions = {
  close: () => { clear(); focusMap(); },
  retry: () => askAgain(),
  retryNear: () => askNear(),
  showCell: (code) => chooseCell(code),
  radius: (radius_m) => { choice.radius_m = radius_m; askPoint({ focus: `.radii [aria-pressed="true"]` }); },
  filter: (text) => { choice.filter = text; askNearSoon(); },
  pick: (component) => pick(component),
  point: (component) => page.map.drawPicked(component ?? pickedComponent()),
};

// --- asking -----------------------------------------------------------------------------------------------------

function askAgain() {
  if (chosen.at !== null) askPoint();
  else if (chosen.cell !== null) askCell();
}

/** Asks for everything about the chosen point; `focus` is the selector to focus afterwards. */
async function askPoint({ focus = null } = {}) {
  const { at } = chosen;
  const signal = newQuestion();
  saveHash();
  if (focus === null) panel.showLoading(at, actions);
  page.near = { list: nearList(choice, actions), near: null, problem: null, details: null };
  const answer = { at, located: null, cell: null, nearSection: page.near.list.section };
  askNear();
  await orProblem(async () => {
    answer.located = await api.locate(at, signal);
    if (answer.located.place !== null) answer.cell = await api.cell(answer.located.place.cell, signal);
    page.map.drawCell(answer.cell?.geometry ?? null);
    panel.showPlace(answer, actions);
    if (focus !== null) document.querySelector(focus)?.focus();
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

/** Asks for the components near the chosen point, and for the picked one's details. */
async function askNear() {
  const asked = page.near;
  const { signal } = asking;
  Object.assign(asked, { near: null, problem: null });
  try {
    asked.near = await near(chosen.at, choice, signal);
    if (chosen.picked !== null) asked.details = await api.component(chosen.picked, signal);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof api.Problem)) throw error;
    asked.problem = error;
  }
  if (asked === page.near) showNear();
}

let typing = 0;
function askNearSoon() {
  clearTimeout(typing);
  typing = setTimeout(() => { if (page.near !== null) askNear(); }, TYPING_PAUSE_MS);
}

async function pick(component) {
  chosen.picked = component?.code ?? null;
  page.near.details = null;
  showNear(`.row[aria-expanded="true"]`);
  if (component === null) return;
  page.map.goTo(component.location, COMPONENT_ZOOM);
  await askNear();
}

async function search(text) {
  if (text === "" || page === null) return;
  const signal = newQuestion();
  await orProblem(async () => {
    const result = await find(text, signal);
    if (result.nothing) panel.showNothing(result.nothing, text, actions);
    else if (result.at) { page.map.goTo(result.at, POINT_ZOOM); choosePoint(result.at); }
    else if (result.cell) chooseCell(result.cell.code);
    else { page.map.goTo(result.component.location, COMPONENT_ZOOM); choosePoint(result.component.location, result.component); }
  }, () => search(text));
}

function newQuestion() {
  asking.abort();
  asking = new AbortController();
  return asking.signal;
}

/** Runs a question; a refusal is shown with a way to ask again, an aborted one is silent. */
async function orProblem(question, retry = actions.retry) {
  try {
    await question();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof api.Problem)) throw error;
    page.map.drawCell(null);
    panel.showProblem(error, { ...actions, retry });
  }
}

// --- showing ----------------------------------------------------------------------------------------------------

function showNear(focus = null) {
  const { list, near: found, problem, details } = page.near;
  const colour = (classCode) => colourOf(page.style, classCode);
  const hadFocus = list.section.contains(document.activeElement) && document.activeElement.matches(".row");
  list.fill({ near: found, problem, details, picked: chosen.picked, choice, colourOf: colour }, actions);
  if (focus !== null || hadFocus) list.section.querySelector(`.row[aria-expanded="true"]`)?.focus({ preventScroll: true });
  drawNear(found);
}

function drawNear(found) {
  page.map.drawRadius(chosen.at, choice.radius_m);
  page.map.drawNear(found?.listed ?? []);
  page.map.drawPicked(pickedComponent());
}

function pickedComponent() {
  if (chosen.picked === null || page.near === null) return null;
  return page.near.near?.listed.find((c) => c.code === chosen.picked) ?? page.near.details;
}

function showHover(cell, component, pixel) {
  const chip = document.getElementById("hover");
  chip.hidden = cell === null && component === null;
  if (chip.hidden) return;
  const lines = [cell && words(cell.code, cell.name), component && words(component.name, component.code)];
  chip.replaceChildren(...lines.filter(Boolean).flatMap((line) => [line, document.createElement("br")]).slice(0, -1));
  chip.style.transform = `translate(${Math.round(pixel.x + 14)}px, ${Math.round(pixel.y + 14)}px)`;
}

function words(...parts) {
  return [...new Set(parts.filter(Boolean))].join("  ");
}

function showAttribution({ attribution = null }) {
  const line = document.getElementById("attribution");
  line.hidden = !attribution;
  line.textContent = attribution ?? "";
}

function showMapError() {
  showNote(say("error_tiles"));
}

function showNote(sentence) {
  const note = document.getElementById("map-error");
  note.textContent = sentence;
  note.hidden = false;
}

function showVersion(version, previous) {
  const line = document.getElementById("version");
  line.dataset.version = version;
  line.textContent = say("version", version);
  if (previous !== null && page !== null) page.map.refresh();
}

// --- address and controls -----------------------------------------------------------------------------------------

function saveHash() {
  const view = page.map.view();
  if (view !== null) writeHash({ view, at: chosen.at, cell: chosen.cell });
}

/** Chooses what the address names. */
function followHash() {
  const { at, cell } = readHash();
  if (at !== null) choosePoint(at);
  else if (cell !== null) chooseCell(cell);
  else saveHash();
}

function followMove(view) {
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
  writeLegend(page.style);
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
    if (event.key === "Escape" && page !== null) actions.close();
  });
  addEventListener("hashchange", () => {
    const { view } = readHash();
    if (view !== null) page?.map.showView(view);
    if (page !== null) followHash();
  });
}
