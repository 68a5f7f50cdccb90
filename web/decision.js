// Whom a report from the chosen place goes to: keeps the report that is asked about, asks the API, and shows form and answer.

import * as api from "./api.js";
import { decisionForm } from "./decision-form.js";
import { decisionSentence, decisionView } from "./decision-view.js";
import { element } from "./dom.js";
import { answerOrProblem, questionUnderWay } from "./question.js";
import { fieldsOf, newReport, reportIn, toSend } from "./report.js";
import { problemNotice } from "./panel.js";
import { say } from "./text.js";

/**
 * The side of the panel that answers it. `known` is `{edition, classes: {component, event}, modes(), conditions(kind, class)}`, `on` has `changed()`,
 * `speak(sentence)`, `showCell(code)` and `pickCode(code)`.
 */
export function decisionSide(known, on) {
  const names = new Map();
  const section = element("section.decision", { "aria-label": say("decision") });
  let report = newReport();
  let at = null;
  let turn = 0;

  function change(fields) {
    report = { ...report, ...fields };
    show();
    ask();
    on.changed();
  }

  const answers = {
    exclude: (id) => change({ excluded: [...report.excluded, id] }),
    include: (id) => change({ excluded: report.excluded.filter((other) => other !== id) }),
    showCell: on.showCell,
    pickCode: on.pickCode,
  };

  /** Writes the form anew; the answer below it waits for `ask`. */
  function show() {
    const focused = section.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    const form = decisionForm(report, known, { change });
    section.replaceChildren(form, element("div.decided", { "aria-busy": "false" }, element("p.hint", {}, say("decision_hint"))));
    if (report.class !== "") fillConditions(section.querySelector("#decision-conditions"));
    if (focused !== null) section.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }

  async function fillConditions(list) {
    const conditions = await known.conditions(report.kind, report.class);
    list.replaceChildren(...conditions.map((condition) => element("option", { value: condition })));
  }

  async function ask() {
    turn += 1;
    if (report.class === "" || at === null) return;
    const mine = turn;
    const decided = section.querySelector(".decided");
    decided.setAttribute("aria-busy", "true");
    decided.replaceChildren(element("p.loading", {}, say("loading")));
    const [decision, problem] = await answerOrProblem(api.route(toSend(report, { at, edition: known.edition }), questionUnderWay()));
    if (mine !== turn || (decision === null && problem === null)) return;
    decided.setAttribute("aria-busy", "false");
    if (problem !== null) {
      decided.replaceChildren(problemNotice(problem, ask));
      return;
    }
    for (const one of [decision.department, ...decision.candidates]) if (one?.id) names.set(one.id, one.name ?? one.id);
    decided.replaceChildren(...decisionView(decision, report, (id) => names.get(id) ?? id, answers));
    on.speak(decisionSentence(decision));
  }

  return {
    section,
    /** The pairs that name the report in the address. */
    fields: () => fieldsOf(report),
    /** Takes the report that the address names; says whether there is one. */
    follow(named) {
      const found = reportIn(named);
      report = found ?? { ...report, component: "", excluded: [] };
      return found !== null;
    },
    /** Another place was chosen: who was excluded there and which component was meant holds no more. */
    leave() {
      report = { ...report, component: "", excluded: [] };
    },
    /** Shows the form for a place, and the answer when a class is chosen. */
    show(place) {
      at = place;
      show();
      ask();
    },
    /** Asks again, as when the mode changed. */
    again: () => ask(),
    /** Asks for a component. */
    dispatch(component) {
      change({ kind: "component", class: component.class, condition: "", component: component.code, excluded: [] });
    },
  };
}
