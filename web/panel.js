// The panel: what is known of the chosen place, and every state before and beside that.

import { element, facts } from "./dom.js";
import { answerOrProblem, questionUnderWay } from "./question.js";
import { inSystem } from "./systems.js";
import { count, metres, say, squareMetres } from "./text.js";

const answer = document.getElementById("answer");
const spoken = document.getElementById("spoken");

/** Nothing is chosen: what one can do. */
export function showEmpty() {
  const rows = ["click", "search", "esc"].map((way) => [say(`empty_${way}`), say(`empty_${way}_does`)]);
  answer.replaceChildren(element("div.empty", {},
    element("h2", {}, say("empty_title")), element("p", {}, say("empty_text")), facts(rows)));
  speak("");
}

/** The question is under way; `at` null while the page itself starts. */
export function showLoading(at, on) {
  const sentence = at === null ? say("starting") : say("loading");
  const loading = element("p.loading", {}, sentence);
  const parts = at === null ? [loading] : [heading(say("cell"), "…", on), loading, facts([coordinates(at)])];
  answer.replaceChildren(...parts);
  speak(sentence);
}

/** The server or the network refused; `on.retry` asks again. */
export function showProblem(problem, on) {
  const title = problem.network ? say("error_network") : problem.title || say("error_title");
  const detail = problem.network ? say("error_network_text") : problem.detail;
  const code = [problem.status, problem.type].filter((part) => part && part !== "about:blank").join(" · ");
  answer.replaceChildren(
    heading(null, title, on),
    element("div.notice.bad", {}, element("p", {}, detail || say("error_title")), ...reasons(problem), code ? element("code", {}, code) : null),
    element("button.wide", { type: "button", onclick: on.retry }, say("retry")));
  speak(`${title} ${detail ?? ""}`);
}

/** A refusal inside a section; `retry` asks again. */
export function problemNotice(problem, retry) {
  const text = problem.network ? say("error_network") : [problem.title, problem.detail].filter(Boolean).join(" ");
  return element("div.notice.bad", {}, element("p", {}, text || say("error_title")), ...reasons(problem),
    element("button", { type: "button", onclick: retry }, say("retry")));
}

/** What is wrong with each field, as the server says it. */
function reasons({ errors }) {
  return errors.map(({ detail }) => element("p", {}, detail));
}

/** The search box found nothing. */
export function showNothing(sentence, text, on) {
  const title = say(sentence, text);
  answer.replaceChildren(heading(null, title, on), element("div.notice", {}, element("p", {}, say(`${sentence}_text`))));
  speak(title);
}

/** The answer for a point: `located` as the server gave it, `cell` the owning cell with its figures, `sections` what stands below. */
export function showPlace({ at, located, cell, sections }, on) {
  const { place, nearest } = located;
  const top = place === null ? outside(nearest, on) : [
    heading(say("cell"), place.cell, on, cell?.name), tieNotice(place),
    facts([...regions(place), coordinates(at)]), stats([border(place), ...figures(cell)])];
  const position = place === null ? facts([coordinates(at)]) : null;
  answer.replaceChildren(...[...top, position, ...sections].filter((part) => part !== null));
  speak(place === null ? outsideSentence(nearest) : placeSentence(place));
}

/** A cell chosen by its code, without a point. */
export function showCell(cell, on) {
  answer.replaceChildren(heading(say("cell"), cell.code, on, cell.name), facts(regions(cell)), stats(figures(cell)));
  speak(`${say("cell")} ${cell.code}`);
}

/** A button that copies `text` and says so. */
export function copyButton(text, label) {
  const button = element("button.copy", { type: "button", "aria-label": `${say("copy")} ${label}` }, say("copy"));
  button.onclick = async () => {
    const done = await copy(text);
    button.textContent = say(done ? "copied" : "copy_failed");
    setTimeout(() => { button.textContent = say("copy"); }, 1500);
  };
  return button;
}

function heading(kind, title, on, name = null) {
  const shownName = name !== null && name !== title ? element("p.name", {}, name) : null;
  return element("div.heading", {},
    element("div", {}, kind === null ? null : element("p.kind", {}, kind), element("h2", {}, title), shownName),
    element("button.close", { type: "button", title: say("close_hint"), "aria-label": say("close"), onclick: on.close }, "×"));
}

function regions(place) {
  const rows = ["community", "street", "district"].map((level) => [say(level), regionText(place[level])]);
  return [...rows, [say("duty_zone"), place.duty_zone ?? null], [say("area_grade"), place.area_grade ?? null]];
}

function regionText(region) {
  if (region === null) return null;
  const name = region.name ?? region.code;
  return element("span", {}, name, name === region.code ? null : element("code.beside", {}, region.code));
}

function border(place) {
  return [say("border"), element("b", {}, metres(place.distance_to_border_m))];
}

/** Short figures side by side. */
function stats(rows) {
  const list = facts(rows);
  list.classList.add("stats");
  return list;
}

function figures(cell) {
  if (cell === null) return [];
  return [[say("area"), squareMetres(cell.area_m2)], [say("components"), count(cell.components)]];
}

function coordinates(at) {
  return [say("coordinates"), placeText(at)];
}

/** A place in the system that was chosen, with a button that copies it; the server is asked for other systems than the map's. */
export function placeText(at) {
  const line = element("span.coordinates", {}, element("code", {}, "…"));
  answerOrProblem(inSystem(at, questionUnderWay())).then(([text, problem]) => {
    if (text !== null) line.replaceChildren(element("code", {}, text), copyButton(text, say("coordinates")));
    else if (problem !== null) line.replaceChildren(element("span.absent", {}, problem.errors[0]?.detail ?? problem.title));
  });
  return line;
}

function tieNotice(place) {
  if (place.tie.length === 0) return null;
  return element("div.notice", {}, element("strong", {}, say("tie_title")), element("p", {}, tieText(place)));
}

function tieText(place) {
  return say("tie_text", place.tie.join(say("list_comma")), place.cell);
}

function outside(nearest, on) {
  const button = nearest === null ? null
    : element("button.wide", { type: "button", onclick: () => on.showCell(nearest.cell) }, say("show_cell"));
  return [heading(null, say("outside_title"), on),
    element("div.notice", {}, element("p", {}, outsideText(nearest))), button];
}

function outsideText(nearest) {
  return nearest === null ? say("outside_far") : say("outside_text", nearest.cell, metres(nearest.distance_m));
}

function outsideSentence(nearest) {
  return `${say("outside_title")} ${outsideText(nearest)}`;
}

function placeSentence(place) {
  const names = ["community", "street", "district"].map((level) => place[level]?.name ?? place[level]?.code);
  const known = names.filter((name) => name !== undefined);
  const tie = place.tie.length === 0 ? "" : `${say("tie_title")} ${tieText(place)}`;
  return [`${say("cell")} ${place.cell}`, ...known, tie].join(" ");
}

/** Says a sentence to the screen reader. */
export function speak(sentence) {
  spoken.textContent = sentence;
}

/** Without a secure context (plain http on an intranet) the clipboard API is absent: the old command still works there. */
async function copy(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  const field = element("textarea.unseen", {}, text);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
