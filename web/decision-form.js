// The form of the decision: what is reported, and under which conditions it is asked.

import { codeOf } from "./legend.js";
import { element } from "./dom.js";
import { say } from "./text.js";

/** Sources of reports, as the field names them. */
const SOURCES = ["inspector", "hotline", "citizen", "video", "leader", "system"];

/**
 * The form of a report. `known` is `{classes: {component, event}, modes, conditions}`; `on` has `change(fields)`, which asks again.
 */
export function decisionForm(report, known, on) {
  const more = ["source", "time", "mode", "accuracy_m"].some((field) => report[field] !== "");
  return element("form.decision-form", { "aria-label": say("decision"), onsubmit: (event) => event.preventDefault() },
    element("div.line", {}, kinds(report, on), classField(report, known, on)),
    conditionField(report, known, on),
    element("details.more", { open: more }, element("summary", {}, say("decision_more")),
      element("div.grid", {},
        labelled("source", choices(report, "source", [["", say("any")], ...SOURCES.map((s) => [s, say(`source_${s}`)])], on)),
        labelled("mode", choices(report, "mode", [["", say("mode_current")], ...known.modes.map((m) => [m.code, m.name])], on)),
        labelled("time", input(report, "time", { type: "datetime-local" }, on)),
        labelled("accuracy", input(report, "accuracy_m", { type: "number", min: 0, max: 2000, step: 1, placeholder: say("accuracy_hint") }, on)))));
}

function kinds(report, on) {
  const button = (kind) => element("button", {
    type: "button", "aria-pressed": String(report.kind === kind), onclick: () => on.change({ kind, class: "", condition: "", component: "" }),
  }, say(kind));
  return element("div.segments", { role: "group", "aria-label": say("kind") }, button("component"), button("event"));
}

function classField(report, known, on) {
  const classes = known.classes[report.kind];
  const shown = classes.find((c) => c.code === report.class)?.label ?? report.class;
  const field = element("input.class", {
    type: "search", list: "decision-classes", value: shown, placeholder: say("class_hint"), "aria-label": say("class"),
    autocomplete: "off", spellcheck: "false",
    onchange: () => {
      const code = codeOf(classes, field.value) ?? field.value.trim();
      on.change({ class: code, condition: "", component: code === report.class ? report.component : "" });
    },
  });
  return [field, element("datalist", { id: "decision-classes" }, ...classes.map((c) => element("option", { value: c.label })))];
}

function conditionField(report, known, on) {
  if (report.class === "" || known.conditions.length === 0) return null;
  const given = known.conditions.includes(report.condition) || report.condition === "" ? known.conditions : [report.condition, ...known.conditions];
  return labelled("condition", choices(report, "condition", [["", say("condition_any")], ...given.map((c) => [c, c])], on));
}

function choices(report, field, options, on) {
  const select = element("select", { onchange: () => on.change({ [field]: select.value }) },
    ...options.map(([value, label]) => new Option(label, value, false, report[field] === value)));
  return select;
}

function input(report, field, properties, on) {
  const made = element("input", { ...properties, value: report[field], onchange: () => { if (made.validity.valid) on.change({ [field]: made.value }); } });
  return made;
}

function labelled(key, field) {
  return element("label.field", {}, element("span", {}, say(key)), field);
}
