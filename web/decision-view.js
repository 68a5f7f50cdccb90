// A decision as the API gave it: who answers, who goes, until when, and the ladder that led there.

import { element, facts } from "./dom.js";
import { modes } from "./mode.js";
import { metres, moment, percent, say } from "./text.js";

/** The ladder of each kind unless the profile has another. */
const LADDERS = {
  component: ["ruling", "override", "unit", "duty", "territory", "competent"],
  event: ["ruling", "override", "duty", "territory", "unit", "competent"],
};
const SIGNS = { won: "✓", lost: "–", excluded: "↩", not_valid: "×" };

/** The decision; `on` has `exclude(id)`, `include(id)`, `showCell(code)`, `pickCode(code)`. `nameOf` knows departments. */
export function decisionView(decision, report, nameOf, on) {
  const notes = (about) => decision.because.filter(({ step }) => step === about).map(({ text }) => element("span.second", {}, text));
  return [
    answerOf(decision, on),
    excludedList(report, nameOf, on),
    candidateList(decision, on),
    facts([
      [say("inspector"), noted(inspector(decision.inspector), notes("inspector"))],
      [say("command"), command(decision.command)],
      [say("limit"), noted(limit(decision.limit), notes("limit"))],
      [say("matched"), noted(matched(decision.component, on), notes("component"))],
      [say("mode"), decision.mode === "normal" ? null : modeName(decision.mode)],
      [say("certainty"), certainty(decision, on)],
    ]),
    ladder(decision, report),
  ].filter((part) => part !== null);
}

function modeName(code) {
  const name = modes.find((mode) => mode.code === code)?.name ?? code;
  return element("span", {}, element("b.mode", {}, name), name === code ? null : element("code.beside", {}, code));
}

/** One line for the screen reader. */
export function decisionSentence({ outcome, department, limit: told }) {
  const due = told?.due;
  return [say(`outcome_${outcome}`), department?.name ?? department?.id, due ? `${say("due")} ${moment(due)}` : ""].filter(Boolean).join(" ");
}

/** A fact with what the decision says of it; null when there is neither. */
function noted(content, notes) {
  return content === null && notes.length === 0 ? null : element("div", {}, content ?? "", ...notes);
}

function answerOf({ outcome, department, because, coordinator }, on) {
  const badge = element("span.badge", { "data-outcome": outcome }, say(`outcome_${outcome}`));
  if (outcome !== "direct" || department === null) {
    const why = because.find(({ step }) => ["place", "control", "ladder"].includes(step))?.text ?? say(`outcome_${outcome}_text`);
    const who = coordinator ? element("p", {}, `${say("coordinator")} `, element("b", {}, named(coordinator))) : null;
    return element("div.answer", {}, badge, element("p.why", {}, why), who);
  }
  return element("div.answer", {},
    element("div.answer-head", {}, badge, element("span.role", {}, `${say(`role_${department.role}`)} · ${say(`step_${department.step}`)}`)),
    element("h3.department", {}, department.name ?? department.id, element("code.beside", {}, department.id)),
    department.agent ? element("p", {}, `${say("agent")} `, element("b", {}, named(department.agent))) : null,
    element("button.return", { type: "button", onclick: () => on.exclude(department.id) }, say("exclude")));
}

function named(who) {
  return typeof who === "string" ? who : who.name ?? who.id;
}

function excludedList({ excluded }, nameOf, on) {
  if (excluded.length === 0) return null;
  const chips = excluded.map((id) => element("button.chip", { type: "button", title: say("include"), "aria-label": `${say("include")} ${nameOf(id)}`, onclick: () => on.include(id) },
    nameOf(id), element("span", { "aria-hidden": "true" }, "×")));
  return element("p.chips", {}, element("span.kind", {}, say("excluded")), ...chips);
}

function candidateList({ candidates }, on) {
  if (candidates.length === 0) return null;
  const rows = candidates.map((c) => element("li", {}, element("b", {}, named(c)),
    c.role ? element("span.beside", {}, say(`role_${c.role}`)) : null,
    element("button.copy", { type: "button", onclick: () => on.exclude(c.id) }, say("exclude_short"))));
  return element("div.candidates", {}, element("p.kind", {}, say("candidates")), element("ul", {}, ...rows));
}

function inspector(who) {
  if (who === null) return element("span.absent", {}, say("inspector_none"));
  const duty = element("span.tag", { "data-on": String(who.on_duty) }, say(who.on_duty ? "on_duty" : "off_duty"));
  const second = who.second ? element("span.second", {}, `${say("second")} ${named(who.second)}`) : null;
  return element("span", {}, who.name ?? who.id, element("code.beside", {}, who.id), duty, second);
}

function command(centre) {
  if (!centre) return null;
  return element("span", {}, centre.centre, centre.level === null ? null : element("span.beside", {}, say(centre.level)));
}

function limit(told) {
  if (!told) return null;
  const due = told.due ? element("span.due", {}, `${say("due")} `, element("b", {}, moment(told.due))) : null;
  return element("span", {}, `${told.amount} ${say(`unit_${told.unit}`)}`, told.grade ? element("span.beside", {}, say("grade", told.grade)) : null, due);
}

function matched(component, on) {
  if (component === null) return null;
  const rivals = component.rivals?.length ? element("span.second", {}, say("rivals", component.rivals.length)) : null;
  return element("span", {},
    element("button.link", { type: "button", onclick: () => on.pickCode(component.code) }, element("code", {}, component.code)),
    element("span.beside", {}, [say(`match_${component.match}`), component.distance_m === null ? null : metres(component.distance_m)].filter(Boolean).join(" ")),
    rivals);
}

function certainty({ certainty: sure, alternatives }, on) {
  if (alternatives.length === 0) return null;
  const rows = alternatives.map(({ cell, probability }) => element("li", {},
    cell === null ? say("outside_short") : element("button.link", { type: "button", onclick: () => on.showCell(cell) }, element("code", {}, cell)),
    bar(probability), element("span.beside", {}, percent(probability))));
  return element("div", {}, element("span", {}, say(`certainty_${sure}`)), element("ul.alternatives", {}, ...rows));
}

/** Not as an attribute: the page's policy allows no styles in markup. */
function bar(share) {
  const made = element("span.bar");
  made.style.setProperty("--share", share);
  return made;
}

/** Every step in order, with what the API says of it; steps that had nothing to say are shown as such. */
function ladder({ because, outcome }, { kind }) {
  if (outcome === "outside" || outcome === "forbidden") return null;
  const rows = LADDERS[kind].map((step) => {
    const entries = because.filter((entry) => entry.step === step);
    const result = ["won", "excluded", "lost", "not_valid"].find((r) => entries.some((entry) => entry.result === r)) ?? "empty";
    return element("li", { "data-step": step, "data-result": result },
      element("span.sign", { "aria-hidden": "true" }, SIGNS[result] ?? "·"),
      element("div", {}, element("p.step", {}, say(`step_${step}`), element("span.result", {}, say(`result_${result}`))),
        ...entries.map(reason)));
  });
  return element("section.ladder", { "aria-label": say("why") }, element("h3", {}, say("why")), element("ol", {}, ...rows));
}

function reason({ rule, result, text }) {
  return element("p.reason", { "data-result": result }, rule ? element("code", {}, rule) : null, text);
}
