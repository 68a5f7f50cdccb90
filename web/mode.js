// The mode that the city runs in: a sign in the head, and the switch to another.

import * as api from "./api.js";
import { element } from "./dom.js";
import { answerOrProblem } from "./question.js";
import { instant } from "./report.js";
import { problemNotice } from "./panel.js";
import { moment, say } from "./text.js";

const sign = document.getElementById("mode");
/** How long to wait for a new version to be in use. */
const LOOKS = 60;
const LOOK_MS = 250;

const dialog = document.getElementById("mode-dialog");

/** The modes that the city knows, as lists to choose from; empty until `showMode` heard of them. */
export let modes = [];

/** Asks for the mode and shows it; `on()` hears when somebody switched it here. A city without modes shows nothing. */
export async function showMode(on) {
  const [told] = await answerOrProblem(api.mode());
  if (told === null) return;
  modes = told.modes.map(({ mode, name }) => ({ code: mode, name }));
  sign.hidden = modes.length < 2;
  sign.textContent = told.name;
  sign.dataset.mode = told.mode;
  const since = told.since === null ? null : `${say("mode_since")} ${moment(told.since)}`;
  const until = told.planned_end === null ? null : `${say("mode_until")} ${moment(told.planned_end)}`;
  sign.title = [say("mode_switch"), since, until, told.author, told.reason].filter(Boolean).join("\n");
  sign.setAttribute("aria-label", `${say("mode")} ${told.name}: ${say("mode_switch")}`);
  sign.onclick = () => openDialog(told, on);
}

/** Waits until the version that the switch made is in use, which is a matter of a second. */
async function inUse(version) {
  for (let look = 0; look < LOOKS; look += 1) {
    const [told] = await answerOrProblem(api.mode());
    if (told !== null && told.version >= version) return;
    await new Promise((done) => { setTimeout(done, LOOK_MS); });
  }
}

function openDialog(told, on) {
  const field = (key, made) => element("label.field", {}, element("span", {}, say(key)), made);
  const mode = element("select", { required: true }, ...modes.filter(({ code }) => code !== told.mode).map(({ code, name }) => new Option(name, code)));
  const author = element("input", { required: true, autocomplete: "name" });
  const reason = element("input", { required: true, autocomplete: "off" });
  const end = element("input", { type: "datetime-local" });
  const refusal = element("div");
  const close = () => dialog.close();
  const form = element("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const body = { mode: mode.value, author: author.value.trim(), reason: reason.value.trim() };
      if (end.value !== "") body.planned_end = instant(end.value);
      const [changed, problem] = await answerOrProblem(api.switchMode(body));
      if (problem !== null) {
        refusal.replaceChildren(problemNotice(problem, () => form.requestSubmit()));
        return;
      }
      close();
      await inUse(changed.version);
      await showMode(on);
      on();
    },
  }, element("h2", {}, say("mode_switch")), element("p.hint", {}, say("mode_warning")), field("mode", mode), field("mode_author", author), field("mode_reason", reason),
  field("mode_end", end), refusal, element("div.actions", {},
    element("button", { type: "button", onclick: close }, say("cancel")), element("button.main", { type: "submit" }, say("mode_do"))));
  dialog.replaceChildren(form);
  dialog.showModal();
}
