// The form of the decision: what is reported, and under which conditions it is asked.

import { codeOf } from "./legend.js";
import { element } from "./dom.js";
import { moment, say } from "./text.js";

/** Sources of reports, as the field names them. */
const SOURCES = ["inspector", "hotline", "citizen", "video", "leader", "system"];

/** Whether the rarer fields are in sight; kept from one form to the next. */
let isOpen = false;

/**
 * The form of a report. `known` is `{classes: {component, event}, modes()}`; `on` has `change(fields)`, which asks again.
 * The list of conditions, `#decision-conditions`, is filled by whoever knows them.
 */
export function decisionForm(report, known, on) {
  return element("form.decision-form", { "aria-label": say("decision"), onsubmit: (event) => event.preventDefault() },
    element("div.line", {}, kinds(report, on), classField(report, known, on)), ...conditionField(report, on),
    element("details.more", { open: isOpen, ontoggle: (event) => { isOpen = event.target.open; } }, element("summary", {}, given(report, known)),
      element("div.grid", {},
        labelled("source", choices(report, "source", [["", say("any")], ...SOURCES.map((s) => [s, say(`source_${s}`)])], on)),
        labelled("mode", choices(report, "mode", [["", say("mode_current")], ...modes(report, known.modes())], on)),
        labelled("time", input(report, "time", { type: "datetime-local" }, on)),
        labelled("accuracy", input(report, "accuracy_m", { type: "number", min: 0, max: 2000, step: 1, placeholder: say("accuracy_hint") }, on)))));
}

/** What the rarer fields say, in one line; what they are for when they say nothing. */
function given({ source, time, mode, accuracy_m }, known) {
  const name = known.modes().find(({ code }) => code === mode)?.name ?? mode;
  const parts = [source && say(`source_${source}`), time && moment(time), mode && name, accuracy_m && `± ${accuracy_m} m`];
  return parts.filter(Boolean).join(" · ") || say("decision_more");
}

/** The modes as options, the one that the address names among them. */
function modes({ mode }, known) {
  const options = known.map(({ code, name }) => [code, name]);
  return mode === "" || known.some(({ code }) => code === mode) ? options : [...options, [mode, mode]];
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

/** A condition is chosen from those that the city's limits and rules name, or typed. */
function conditionField(report, on) {
  if (report.class === "") return [];
  const field = input(report, "condition", { type: "search", list: "decision-conditions", placeholder: say("condition_hint"), autocomplete: "off" }, on);
  return [labelled("condition", field), element("datalist", { id: "decision-conditions" })];
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
