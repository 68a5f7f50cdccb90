// Chromium, pages that are watched, and what one can read off them.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";

export const BASE_URL = new URL(process.env.BASE_URL ?? "http://127.0.0.1:8080");
const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const SOFTWARE_GL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
/** WebGL in software on two cores is slow; a wait that is met ends at once. */
const PATIENCE_MS = 60_000;

/** Playwright's chromium and where the browser is, or the sentence that says what is missing. */
export async function findBrowser() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) return { missing: "no Chromium (set CHROMIUM, or install Debian's chromium)" };
  try {
    const { chromium } = await import("playwright-core");
    return { chromium, executablePath };
  } catch {
    return { missing: "no playwright-core (run npm ci in tests/browser)" };
  }
}

/** Starts Chromium; `webgl: false` takes all 3D away. */
export function launch({ chromium, executablePath }, { webgl = true } = {}) {
  const gl = webgl ? SOFTWARE_GL : ["--disable-3d-apis"];
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...gl],
  });
}

/** A fresh page on `hash`, with what it did wrong in `page.faults`; faults named in `expected` are not counted. */
export async function openPage(browser, { hash = "", width = 1280, height = 800, expected = null, routes = {} } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: "zh-CN" });
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
  for (const [pattern, answer] of Object.entries(routes)) await page.route(pattern, answer);
  await page.goto(new URL(hash, BASE_URL).href);
  return page;
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
export async function listed(page, codes) {
  const wanted = JSON.stringify(codes);
  for (let tries = 0; tries < 100; tries += 1) {
    if (JSON.stringify(await listedCodes(page)) === wanted) return;
    await page.waitForTimeout(100);
  }
  assert.deepEqual(await listedCodes(page), codes);
}

/** The server's own answer to a call, beside the page. */
export async function ask(path, parameters = {}) {
  const url = new URL(path, BASE_URL);
  url.search = new URLSearchParams(parameters);
  const reply = await fetch(url);
  assert.equal(reply.status, 200, `${url.pathname} answers ${reply.status}`);
  return reply.json();
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
