// The decision on the page: what it says is held against what `POST /v1/route` answers. Usage in README.md.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, BASE_URL, clickMiddle, closeClean, drawn, findBrowser, launch, openPage, PATIENCE_MS, post, shoot, until } from "./browser.mjs";

const found = await findBrowser();
if (found.missing) {
  console.log(`skipped: the decision in a browser (${found.missing})`);
  process.exit(0);
}

/** A Tuesday morning, as the form has it and as it is sent from a browser in China. */
const TIME = "2026-03-10T10:00";
const AT = `${TIME}:00+08:00`;

let browser;
let lamp;
before(async () => {
  browser = await launch(found);
  const { bounds: [west, south, east, north] } = await ask("tiles.json");
  const near = `${(west + east) / 2},${(south + north) / 2}`;
  const { components: [first] } = await ask("v1/components", { near, crs: "WGS84", radius_m: 5000, limit: 1, class: "01037" });
  lamp = await ask(`v1/components/${first.code}`);
}, { timeout: 4 * PATIENCE_MS });
after(() => browser?.close());

/** The address of a report at the lamp. */
function link(fields, { lng, lat } = lamp.location) {
  const pairs = Object.entries({ report: "component", time: TIME, ...fields }).map(([name, value]) => `&${name}=${encodeURIComponent(value)}`);
  return `#17/${lat}/${lng}&at=${lat.toFixed(8)},${lng.toFixed(8)}${pairs.join("")}`;
}

function decide(report, { lng, lat } = lamp.location) {
  return post("v1/route", { kind: "component", location: { lng, lat, crs: "CGCS2000" }, at: AT, ...report });
}

function open(hash, options = {}) {
  return openPage(browser, { hash, timezone: "Asia/Shanghai", width: 1440, height: 900, ...options });
}

/** Waits until the answer to the form stands there. */
async function decided(page) {
  await page.waitForSelector('.decided[aria-busy="false"] .answer');
}

function department(page) {
  return page.locator(".department").innerText();
}

/** The ladder as the page shows it: step, result and rules of each. */
function ladder(page) {
  return page.locator(".ladder li").evaluateAll((all) => all.map((li) => ({
    step: li.dataset.step, result: li.dataset.result, texts: [...li.querySelectorAll(".reason")].map((p) => p.textContent),
  })));
}

test("a deep link shows who answers, who goes, until when, and the ladder as the API tells it", async () => {
  const page = await open(link({ class: "01037" }));
  await decided(page);
  const decision = await decide({ class: "01037" });
  assert.equal(decision.outcome, "direct");
  assert.equal(await department(page), `${decision.department.name}${decision.department.id}`);
  const text = await page.locator(".decided").innerText();
  for (const part of [decision.inspector.name, decision.command.centre, `${decision.limit.amount} `, decision.limit.due.slice(5, 16).replace("T", " "), decision.component.code]) {
    assert.ok(text.includes(part), `${part} is missing from: ${text}`);
  }
  const shown = await ladder(page);
  assert.deepEqual(shown.map(({ step }) => step), ["ruling", "override", "unit", "duty", "territory", "competent"]);
  for (const { step, result, texts } of shown) {
    const told = decision.because.filter((reason) => reason.step === step);
    assert.deepEqual(texts, told.map((reason) => `${reason.rule ?? ""}${reason.text}`), step);
    assert.equal(result === "won", told.some((reason) => reason.result === "won"), step);
  }
  await shoot(page, "decision-zh");
  await closeClean(page);
});

test("kind and class are chosen from lists; the address names them and brings the same answer back", async () => {
  const page = await open(link({ class: "01037" }));
  await decided(page);
  await page.locator(".segments button", { hasText: "事件" }).click();
  await page.waitForSelector(".decided .hint");
  await page.locator(".decision-form .class").fill("06013");
  await page.keyboard.press("Enter");
  await decided(page);
  const decision = await decide({ kind: "event", class: "06013" });
  assert.ok((await department(page)).startsWith(decision.department.name));
  assert.match(page.url(), /&report=event&class=06013&time=/);
  assert.match(await page.locator(".decision-form .class").inputValue(), /^06013 道路破损/);
  await page.reload();
  await decided(page);
  assert.ok((await department(page)).startsWith(decision.department.name));
  await closeClean(page);
});

test("who returned it is not asked again, until that is undone", async () => {
  const page = await open(link({ report: "event", class: "06013" }));
  await decided(page);
  const first = await decide({ kind: "event", class: "06013" });
  await page.locator(".return").click();
  await decided(page);
  const excluded_departments = [{ department: first.department.id, reason: "returned" }];
  const second = await decide({ kind: "event", class: "06013", excluded_departments });
  assert.notEqual(second.department?.id, first.department.id);
  await until(() => page.locator(".answer").innerText(), (text) => text.includes(second.department?.name ?? "协调"), "the next department");
  assert.match(await page.locator(".chips").innerText(), new RegExp(first.department.name));
  assert.match(page.url(), new RegExp(`&not=${first.department.id}$`));
  await shoot(page, "decision-returned");
  await page.locator(".chips .chip").click();
  await until(() => page.locator(".department").innerText(), (text) => text.startsWith(first.department.name), "the first again");
  await closeClean(page);
});

test("a component in the list leads to its own decision", async () => {
  const { lat, lng } = lamp.location;
  const page = await open(`#18/${lat}/${lng}&at=${lat.toFixed(8)},${lng.toFixed(8)}`);
  await page.waitForSelector('#answer .near-list[aria-busy="false"]');
  await page.locator(`.row[data-code="${lamp.code}"]`).click();
  await page.locator(".details .wide").click();
  await decided(page);
  assert.match(page.url(), new RegExp(`&class=01037.*&component=${lamp.code}`));
  const decision = await post("v1/route", { kind: "component", class: "01037", component: lamp.code });
  assert.ok((await department(page)).startsWith(decision.department.name));
  await closeClean(page);
});

test("with an accuracy the page says which cells it may be instead", async () => {
  const page = await open(link({ class: "01037", accuracy: 60 }));
  await decided(page);
  const { lng, lat } = lamp.location;
  const decision = await decide({ class: "01037", location: { lng, lat, crs: "CGCS2000", accuracy_m: 60 } });
  assert.ok(decision.alternatives.length > 1);
  const cells = await page.locator(".alternatives li .link, .alternatives li:not(:has(.link))").allInnerTexts();
  assert.equal(cells.length, decision.alternatives.length);
  for (const { cell } of decision.alternatives.filter((alternative) => alternative.cell !== null)) assert.ok(cells.includes(cell), cell);
  await closeClean(page);
});

test("the mode can be rehearsed and the language changed", async () => {
  const page = await open(link({ class: "01037", mode: "typhoon" }));
  await decided(page);
  const decision = await decide({ class: "01037", mode: "typhoon" });
  assert.match(await page.locator(".mode").innerText(), /typhoon|台风/);
  assert.ok((await page.locator(".decided").innerText()).includes(`${decision.limit.amount} 紧急工作时`));
  await page.locator('[data-language="en"]').click();
  await page.waitForSelector('.ladder h3:text-is("Why this department?")');
  await decided(page);
  await shoot(page, "decision-en");
  const fixed = await page.locator(".decision-form label span, .tabs button, .decided dt, .step, .badge, .return").allInnerTexts();
  assert.doesNotMatch(fixed.join(), /\p{Script=Han}/u, "a fixed sentence is not translated");
  await closeClean(page);
});

test("the mode is switched with author and reason, and every answer follows it", async () => {
  const page = await open(link({ class: "04002", time: "" }).replace("&time=", ""));
  await decided(page);
  const switchTo = async (mode) => {
    await page.locator("#mode").click();
    await page.locator("#mode-dialog select").selectOption(mode);
    await page.locator("#mode-dialog input").nth(0).fill("值班长");
    await page.locator("#mode-dialog input").nth(1).fill("演练");
    await page.locator("#mode-dialog .main").click();
    await page.waitForSelector(`#mode[data-mode="${mode}"]`);
  };
  await switchTo("typhoon");
  await until(() => page.locator(".decided").innerText(), (text) => text.includes("typhoon"), "the decision follows the mode");
  const { lng, lat } = lamp.location;
  const now = await post("v1/route", { kind: "component", class: "04002", location: { lng, lat, crs: "CGCS2000" } });
  assert.equal(now.mode, "typhoon");
  assert.ok((await department(page)).startsWith(now.department.name));
  await switchTo("normal");
  await until(() => page.locator(".decided").innerText(), (text) => !text.includes("typhoon"), "and back");
  await closeClean(page);
});

test("the filing conditions of a class are offered, and one sets its own limit", async () => {
  const page = await open(link({ class: "01037" }));
  await decided(page);
  await until(() => page.locator("#decision-conditions option").count(), (count) => count > 2, "conditions to choose from");
  const condition = await page.locator("#decision-conditions option").first().getAttribute("value");
  await page.locator(".decision-form .field input").first().fill(condition);
  await page.keyboard.press("Tab");
  const { limit } = await decide({ class: "01037", condition });
  await until(() => page.locator(".decided").innerText(), (text) => text.includes(limit.due.slice(5, 16).replace("T", " ")), "the limit of the condition");
  assert.match(page.url(), /&condition=/);
  await closeClean(page);
});

test("outside the grid nobody is named, and an unknown class is refused as the server words it", async () => {
  const [west, south] = (await ask("tiles.json")).bounds;
  const outside = { lng: west - 0.01, lat: south - 0.01 };
  const page = await open(link({ class: "01037" }, outside), { expected: /400/ });
  await page.waitForSelector('.badge[data-outcome="outside"]');
  await page.locator(".decision-form .class").fill("99999");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".decided .notice.bad");
  await closeClean(page);
});

test("a click elsewhere asks again for the same class", async () => {
  const page = await open(link({ class: "01037" }));
  await drawn(page);
  await decided(page);
  await clickMiddle(page, 60, 40);
  await until(() => page.url(), (url) => !url.includes(lamp.location.lat.toFixed(8)), "another point is chosen");
  await decided(page);
  assert.match(page.url(), /&report=component&class=01037/);
  await closeClean(page);
});

console.log(`the decision at ${BASE_URL.href}`);
