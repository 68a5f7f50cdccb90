// Chromium, pages that are watched, and what one can read off them.

import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

export const BASE_URL = new URL(process.env.BASE_URL ?? "http://127.0.0.1:8080");
const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
/** A closed network must not be waited for, and nothing of a browser before may be met again: playwright gives each a folder of its own. */
const ALONE = [
  "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--disable-quic", "--disable-default-apps", "--disable-domain-reliability", "--metrics-recording-only",
  "--no-first-run", "--no-default-browser-check", "--no-proxy-server",
];
/** WebGL in software on two busy cores is slow; a wait that is met ends at once. */
export const PATIENCE_MS = 180_000;
/** Between two looks at something that no event tells of. */
const LOOK_MS = 100;
/** How long a page may take to load before it is asked for again. */
const ARRIVAL_MS = 60_000;
/** How often a browser that does not come up is started, and a page that does not arrive asked for. */
const STARTS = 3;
const SHOTS = process.argv[2] ?? null;
/** A folder whose files stand in for those in the server's binary: whoever works on the page builds nothing. */
const PAGE_FILES = process.env.PAGE_FILES ?? null;

/** Playwright's chromium and where the browser is, or the sentence that says what is missing. */
export async function findBrowser() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) return { missing: "no Chromium (set CHROMIUM, or install Debian's chromium)" };
  let found;
  try {
    found = { ...(await import("playwright-core")), executablePath };
  } catch {
    return { missing: "no playwright-core (run npm ci in tests/browser)" };
  }
  try {
    await (await launch(found)).close();
  } catch (error) {
    return { missing: `${executablePath} does not start: ${error.message.split("\n")[0]}` };
  }
  return found;
}

/** Starts Chromium; `webgl: false` takes all 3D away. */
export async function launch({ chromium, executablePath }, { webgl = true } = {}) {
  const args = [...ALONE, ...(webgl ? SOFTWARE_GL : ["--disable-3d-apis"])];
  for (let start = 1; ; start += 1) {
    try {
      return await chromium.launch({ executablePath, args, timeout: PATIENCE_MS });
    } catch (error) {
      if (start === STARTS) throw error;
    }
  }
}

/** A fresh page on `hash`, with what it did wrong in `page.faults`; faults named in `expected` are not counted. */
export async function openPage(browser, { hash = "", width = 1280, height = 800, expected = null, routes = {}, timezone = undefined } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: "zh-CN", timezoneId: timezone });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.faults = [];
  const fault = (text) => { if (!expected?.test(text)) page.faults.push(text); };
  page.on("console", (message) => { if (message.type() === "error") fault(`console: ${message.text()}`); });
  page.on("pageerror", (error) => fault(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (!["blob:", "data:"].includes(protocol) && host !== BASE_URL.host) fault(`foreign host: ${request.url()}`);
  });
  if (PAGE_FILES !== null) await page.route(/\/([\w-]+\.(js|css))?(\?.*)?$/, fromDisk);
  for (const [pattern, answer] of Object.entries(routes)) await page.route(pattern, answer);
  await arrive(page, new URL(hash, BASE_URL).href);
  return page;
}

/** Goes to an address; a browser on a busy machine may never say that it arrived, then it goes again. */
async function arrive(page, address) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await page.goto(address, { timeout: ARRIVAL_MS });
    } catch (error) {
      if (attempt === STARTS || error.name !== "TimeoutError") throw error;
      page.faults.length = 0;
      await page.goto("about:blank");
    }
  }
}

async function fromDisk(route) {
  const { pathname } = new URL(route.request().url());
  const file = path.join(PAGE_FILES, pathname === "/" ? "index.html" : pathname);
  const contentType = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" }[path.extname(file)];
  await route.fulfill({ contentType: `${contentType}; charset=utf-8`, body: await readFile(file) });
}

/** Waits until `look` gives what it should: looks again and again, until patience ends. */
export async function until(look, is, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (is(seen)) return seen;
    assert.ok(Date.now() < end, `${what}: ${JSON.stringify(seen)}`);
    await new Promise((done) => { setTimeout(done, LOOK_MS); });
  }
}

/** Closes a page after it proved to be without fault. */
export async function closeClean(page) {
  const { faults } = page;
  await page.context().close();
  assert.deepEqual(faults, [], "the page did something wrong");
}

/** Waits until every tile in sight is drawn. */
export async function drawn(page) {
  await page.waitForFunction(() => document.getElementById("map").getAttribute("aria-busy") === "false");
}

/** Waits until the panel has an answer and its list of components, whatever they say. */
export async function answered(page) {
  await page.waitForSelector('#answer .near-list[aria-busy="false"]');
}

/** Clicks the middle of the map. */
export async function clickMiddle(page, dx = 0, dy = 0) {
  const box = await page.locator("#map").boundingBox();
  await page.mouse.click(box.x + box.width / 2 + dx, box.y + box.height / 2 + dy);
}

/** The point in the address, as the page would ask for it. */
export function pointInAddress(page) {
  const [, lat, lng] = /&at=([-\d.]+),([-\d.]+)/.exec(page.url()) ?? [];
  return lat === undefined ? null : { lng: Number(lng), lat: Number(lat) };
}

/** The text of a term in the panel, or null. */
export async function fact(page, label) {
  const row = page.locator("#answer > .facts > div").filter({ has: page.locator(`dt:text-is("${label}")`) });
  return (await row.count()) === 0 ? null : (await row.locator("dd").innerText()).trim();
}

/** The component codes in the list, in order. */
export function listedCodes(page) {
  return page.locator(".rows .row .what code").allInnerTexts();
}

/** Waits until the list shows exactly these codes, in this order. */
export function listed(page, codes) {
  const wanted = JSON.stringify(codes);
  return until(() => listedCodes(page), (seen) => JSON.stringify(seen) === wanted, `the list should be ${wanted}`);
}

/** The server's own answer to a call, beside the page. */
export async function ask(path, parameters = {}) {
  const url = new URL(path, BASE_URL);
  url.search = new URLSearchParams(parameters);
  const reply = await fetch(url);
  assert.equal(reply.status, 200, `${url.pathname} answers ${reply.status}`);
  return reply.json();
}

/** The server's own answer to a JSON body. */
export async function post(path, body) {
  const reply = await fetch(new URL(path, BASE_URL), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  assert.equal(reply.status, 200, `${path} answers ${reply.status}`);
  return reply.json();
}

/** Keeps a screenshot when a folder for them is given. */
export async function shoot(page, name) {
  if (SHOTS === null) return;
  mkdirSync(SHOTS, { recursive: true });
  await drawn(page);
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
}

/** A problem+json answer for `page.route`. */
export function problem(status, body) {
  return (route) => route.fulfill({
    status, contentType: "application/problem+json", body: JSON.stringify({ status, ...body }),
  });
}

/** How many pixels of the map have a colour, within 12 of 255 in each channel. */
export async function pixelsOf(page, [red, green, blue]) {
  const png = await page.locator("#map").screenshot();
  return page.evaluate(async ({ data, wanted }) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height).data;
    let count = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      if (wanted.every((value, channel) => Math.abs(pixels[i + channel] - value) <= 12)) count += 1;
    }
    return count;
  }, { data: png.toString("base64"), wanted: [red, green, blue] });
}
