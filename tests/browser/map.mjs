// The map page as a dispatcher uses it; what it says is held against the API. Usage in README.md.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  answered, ask, BASE_URL, clickMiddle, closeClean, drawn, fact, findBrowser, launch, listed, listedCodes,
  openPage, PATIENCE_MS, pixelsOf, pointInAddress, problem, shoot, until,
} from "./browser.mjs";

const CIRCLE = { lat: 38.9101, lng: -77.0446 };
const CLOSE = `#17/${CIRCLE.lat}/${CIRCLE.lng}`;
const LINK = `${CLOSE}&at=${CIRCLE.lat},${CIRCLE.lng}`;
const OUTSIDE = "#14/38.85/-77.14";
const OUTLINE = [192, 18, 111];

const found = await findBrowser();
if (found.missing) {
  console.log(`skipped: the map in a browser (${found.missing})`);
  process.exit(0);
}

let browser;
before(async () => {
  browser = await launch(found);
}, { timeout: 4 * PATIENCE_MS });
after(() => browser?.close());

function apiOf(point) {
  return ask("v1/locate", { ...point, crs: "WGS84" });
}

function nearOf({ lng, lat }, extra = {}) {
  return ask("v1/components", { near: `${lng},${lat}`, crs: "WGS84", radius_m: 50, limit: 10, ...extra });
}

function outlineDrawn(page) {
  return until(() => pixelsOf(page, OUTLINE), (count) => count > 600, "pixels of the cell's outline");
}

test("the page opens on the whole city, names it, and says that nothing is chosen", async () => {
  const page = await openPage(browser);
  await drawn(page);
  const { bounds: [west, south, east, north], name } = await ask("tiles.json");
  const [, zoom, lat, lng] = /#([\d.]+)\/([-\d.]+)\/([-\d.]+)/.exec(page.url()).map(Number);
  assert.ok(Math.abs(lng - (west + east) / 2) < 0.01 && Math.abs(lat - (south + north) / 2) < 0.01, `not centred: ${page.url()}`);
  assert.ok(zoom > 9 && zoom < 13, `zoom ${zoom}`);
  assert.equal(await page.locator("#city").innerText(), name ?? "");
  assert.equal(await page.locator("#answer h2").innerText(), "点击地图查询");
  await shoot(page, "map-city");
  await closeClean(page);
});

test("the legend shows the colours that the style draws with", async () => {
  const page = await openPage(browser);
  const style = await ask("style.json");
  await page.waitForSelector("#legend-list li");
  const shown = await page.locator("#legend-list .swatch").evaluateAll((all) => all.map((s) => getComputedStyle(s).backgroundColor));
  const drawnWith = style.layers.find((layer) => layer.id === "components-point").paint["circle-color"].filter((v) => /^#/.test(v));
  const rgb = (hex) => `rgb(${hex.slice(1).match(/../g).map((h) => parseInt(h, 16)).join(", ")})`;
  assert.deepEqual(shown, drawnWith.map(rgb));
  await closeClean(page);
});

test("a click shows the cell, its regions and the nearest components that the API answers for that very point", async () => {
  const page = await openPage(browser, { hash: CLOSE });
  await drawn(page);
  // The middle of a map of odd size lies on half a pixel: two pixels aside no rounding matters.
  await clickMiddle(page, 2, 2);
  await answered(page);
  const at = pointInAddress(page);
  assert.ok(Math.hypot(at.lng - CIRCLE.lng, at.lat - CIRCLE.lat) < 5e-5, `clicked ${JSON.stringify(at)}`);
  const { place } = await apiOf(at);
  await page.waitForSelector(`#answer h2:text-is("${place.cell}")`);
  assert.match(await fact(page, "社区"), new RegExp(place.community.code));
  assert.match(await fact(page, "区"), new RegExp(place.district.name ?? place.district.code));
  assert.equal(await fact(page, "街道"), place.street === null ? null : place.street.name);
  assert.equal(parseFloat(await fact(page, "距网格边界")).toFixed(1), place.distance_to_border_m.toFixed(1));
  const cell = await ask(`v1/cells/${place.cell}`);
  assert.equal(await fact(page, "部件数"), cell.components.toLocaleString("en-US"));
  const { components } = await nearOf(at);
  assert.ok(components.length > 0, "the API knows components here");
  assert.deepEqual(await listedCodes(page), components.map((c) => c.code));
  assert.match(await page.locator("#spoken").innerText(), new RegExp(place.cell));
  assert.match(await page.locator("#version").innerText(), new RegExp(`数据版本 ${cell.version}$`));
  await outlineDrawn(page);
  await closeClean(page);
});

test("a deep link shows the same answer again, also after a reload", async () => {
  const page = await openPage(browser, { hash: LINK });
  await answered(page);
  const { place } = await apiOf(CIRCLE);
  assert.equal(await page.locator("#answer h2").innerText(), place.cell);
  await page.reload();
  await answered(page);
  assert.equal(await page.locator("#answer h2").innerText(), place.cell);
  assert.deepEqual(pointInAddress(page), CIRCLE);
  await closeClean(page);
});

test("a component in the list opens its details; a second press closes it", async () => {
  const page = await openPage(browser, { hash: LINK });
  await answered(page);
  const [code] = await listedCodes(page);
  await page.locator(".row").first().click();
  await page.waitForSelector(".details");
  const component = await ask(`v1/components/${code}`);
  const details = await page.locator(".details").innerText();
  for (const value of [component.class, component.class_name, component.cell, component.location.lng.toFixed(8)]) {
    assert.ok(details.includes(value), `${value} is missing from: ${details}`);
  }
  await page.locator(".row").first().click();
  await page.waitForSelector(".details", { state: "detached" });
  await closeClean(page);
});

test("a click on a component's mark opens that component, and the pointer names what lies under it", async () => {
  const { components: [{ location: { lng, lat } }] } = await nearOf(CIRCLE);
  const page = await openPage(browser, { hash: `#19/${lat}/${lng}` });
  await drawn(page);
  const box = await page.locator("#map").boundingBox();
  await page.mouse.move(box.x + box.width / 2 - 1, box.y + box.height / 2);
  await page.waitForSelector("#hover:not([hidden])");
  const { place } = await apiOf({ lng, lat });
  const [cellLine, componentLine] = (await page.locator("#hover").innerText()).split("\n");
  assert.ok(cellLine.startsWith(place.cell), cellLine);
  await clickMiddle(page);
  await page.waitForSelector(".details");
  const code = await page.locator('.row[aria-expanded="true"] .what code').innerText();
  const picked = await ask(`v1/components/${code}`);
  assert.ok(Math.hypot(picked.location.lng - lng, picked.location.lat - lat) < 2e-5, `${code} is not there`);
  assert.ok(componentLine.startsWith(picked.class), componentLine);
  await closeClean(page);
});

test("radius and filter narrow the list as the API does", async () => {
  const page = await openPage(browser, { hash: LINK });
  await answered(page);
  const { components } = await nearOf(CIRCLE, { radius_m: 200, limit: 100 });
  const codes = (list) => list.slice(0, 10).map((c) => c.code);
  await page.locator(".radii button", { hasText: "100 m" }).click();
  await page.locator(".radii button", { hasText: "200 m" }).click();
  await listed(page, codes(components));
  const { class: classCode, class_name: className } = components.find((c) => c.class !== components[0].class);
  await page.locator(".filter").fill(className);
  await listed(page, codes(components.filter((c) => c.class_name.includes(className))));
  await page.locator(".filter").fill(classCode);
  await listed(page, codes((await nearOf(CIRCLE, { radius_m: 200, class: classCode })).components));
  assert.ok(await page.locator(".filter").evaluate((field) => field === document.activeElement), "typing lost the focus");
  await page.locator(".filter").fill("没有这样的东西");
  await page.waitForSelector('.summary:has-text("没有匹配的部件")');
  await closeClean(page);
});

test("the legend hides a 大类 on the map, in the list and in the address", async () => {
  const page = await openPage(browser, { hash: LINK });
  await answered(page);
  await page.locator(".radii button", { hasText: "200 m" }).click();
  const { components } = await nearOf(CIRCLE, { radius_m: 200, limit: 100 });
  const codes = (list) => list.slice(0, 10).map((c) => c.code);
  await listed(page, codes(components));
  const traffic = components[0].class.slice(0, 2);
  await page.locator("#legend-list input").nth(Number(traffic) - 1).uncheck();
  await listed(page, codes(components.filter((c) => !c.class.startsWith(traffic))));
  assert.match(page.url(), new RegExp(`&hide=${traffic}$`));
  await page.reload();
  await answered(page);
  assert.equal(await page.locator("#legend-list input").nth(Number(traffic) - 1).isChecked(), false);
  await closeClean(page);
});

test("one 小类 is shown alone, on the map, in the list and in the address", async () => {
  const page = await openPage(browser, { hash: LINK });
  await answered(page);
  const { components } = await nearOf(CIRCLE, { radius_m: 200, limit: 100 });
  const codes = (list) => list.slice(0, 10).map((c) => c.code);
  await page.locator(".radii button", { hasText: "200 m" }).click();
  const other = components.find((c) => c.class !== components[0].class);
  await page.locator("#legend-only input").fill(`${other.class} ${other.class_name}`);
  await page.keyboard.press("Enter");
  await listed(page, codes((await nearOf(CIRCLE, { radius_m: 200, class: other.class })).components));
  await page.reload();
  await answered(page);
  assert.match(await page.locator("#legend-only .chip").innerText(), new RegExp(other.class_name));
  await page.locator("#legend-only .chip").click();
  await until(() => page.url(), (url) => !/only=|hide=/.test(url), "nothing is hidden any more");
  await closeClean(page);
});

test("outside the grid the page says so, names the nearest cell and shows it on request", async () => {
  const page = await openPage(browser, { hash: OUTSIDE });
  await drawn(page);
  await clickMiddle(page);
  await answered(page);
  await page.waitForSelector('h2:text-is("不在网格覆盖范围内")');
  const { nearest, place } = await apiOf(pointInAddress(page));
  assert.equal(place, null);
  assert.match(await page.locator("#answer .notice").innerText(), new RegExp(nearest.cell));
  await shoot(page, "map-outside");
  await page.locator("#answer .wide").click();
  await page.waitForSelector(`#answer h2:text-is("${nearest.cell}")`);
  assert.match(page.url(), new RegExp(`&cell=${nearest.cell}$`));
  await closeClean(page);
});

test("a point on a border says which other cells it touches", async () => {
  const { place } = await apiOf(CIRCLE);
  const { geometry } = await ask(`v1/cells/${place.cell}`);
  const [lng, lat] = geometry.coordinates.flat(geometry.type === "MultiPolygon" ? 2 : 1)[0];
  const tied = await apiOf({ lng, lat });
  assert.ok(tied.place.tie.length > 0, "a corner of a cell touches another");
  const page = await openPage(browser, { hash: `${CLOSE}&at=${lat.toFixed(8)},${lng.toFixed(8)}` });
  await answered(page);
  const notice = await page.locator("#answer .notice").innerText();
  assert.match(notice, /在边界上/);
  for (const code of [...tied.place.tie, tied.place.cell]) assert.match(notice, new RegExp(code));
  await closeClean(page);
});

test("the language changes in place, is remembered, and both are good to look at", async () => {
  const page = await openPage(browser, { hash: LINK.replace("#17", "#16") });
  await answered(page);
  await page.mouse.move(5, 5);
  await outlineDrawn(page);
  await shoot(page, "map-zh");
  await page.locator('[data-language="en"]').click();
  await answered(page);
  await page.waitForSelector('#answer .kind:text-is("Cell")');
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await shoot(page, "map-en");
  await page.reload();
  await answered(page);
  assert.equal(await page.locator("#answer .kind").innerText(), "Cell");
  const chinese = await page.locator("#panel footer, #search, #zooms, .near-head").allInnerTexts();
  assert.doesNotMatch(chinese.join(), /\p{Script=Han}/u, "a fixed sentence is not translated");
  await closeClean(page);
});

test("the search box takes a cell code, a component code and a position, and says when nothing is found", async () => {
  const page = await openPage(browser, { expected: /404|400/ });
  await drawn(page);
  const { place } = await apiOf(CIRCLE);
  const { components: [component] } = await nearOf(CIRCLE);
  const search = async (text) => { await page.locator("#search-text").fill(text); await page.keyboard.press("Enter"); };
  await search(place.cell);
  await page.waitForSelector(`#answer h2:text-is("${place.cell}")`);
  await search(component.code);
  await page.waitForSelector(`.row[aria-expanded="true"] code:text-is("${component.code}")`);
  await search(`${CIRCLE.lng}，${CIRCLE.lat}`);
  await answered(page);
  assert.deepEqual(pointInAddress(page), CIRCLE);
  await search("NOWHERE-1");
  await page.waitForSelector('h2:has-text("没有找到 “NOWHERE-1”")');
  assert.equal(pointInAddress(page), null, "the address still names the point before");
  await search("-77.04, 138.9");
  await page.waitForSelector('h2:text-is("坐标超出范围")');
  await closeClean(page);
});

test("a position may be typed in another system, named before it or chosen; the server converts or refuses", async () => {
  const page = await openPage(browser, { expected: /400/ });
  await drawn(page);
  const search = async (text) => { await page.locator("#search-text").fill(text); await page.keyboard.press("Enter"); };
  const there = await ask("v1/convert", { ...CIRCLE, crs: "WGS84", to: "EPSG:32618" });
  await search(`EPSG:32618 ${there.lng}, ${there.lat}`);
  await answered(page);
  const { place } = await apiOf(CIRCLE);
  assert.equal(await page.locator("#answer h2").innerText(), place.cell);
  const at = pointInAddress(page);
  assert.ok(Math.hypot(at.lng - CIRCLE.lng, at.lat - CIRCLE.lat) < 2e-8, JSON.stringify(at));
  await page.locator("#system").selectOption("GCJ02");
  await page.waitForSelector("#answer .coordinates .absent");
  await search(`${CIRCLE.lng}, ${CIRCLE.lat}`);
  await page.waitForSelector('.notice.bad:has-text("crs_area_of_use"), .notice.bad:has-text("GCJ02")');
  await closeClean(page);
});

test("Escape clears the answer and the address; Enter on the map asks for its middle", async () => {
  const page = await openPage(browser, { hash: LINK });
  await answered(page);
  await page.locator(".filter").fill("xyz");
  await page.keyboard.press("Escape");
  await listed(page, (await nearOf(CIRCLE)).components.map((c) => c.code));
  assert.equal(await page.locator(".filter").inputValue(), "", "Escape in the filter empties the filter first");
  await page.keyboard.press("Escape");
  await page.waitForSelector('h2:text-is("点击地图查询")');
  assert.equal(pointInAddress(page), null);
  await page.keyboard.press("Enter");
  await answered(page);
  assert.ok(pointInAddress(page) !== null, "Enter asked for nothing");
  await closeClean(page);
});

test("a refusal is shown as the server words it, and asking again helps", async () => {
  let refuse = true;
  const refusal = problem(503, { type: "urn:wanmi:problem:test", title: "正在生成数据版本", detail: "try again in 3 s" });
  const routes = { "**/v1/locate*": (route) => (refuse ? refusal(route) : route.continue()) };
  const page = await openPage(browser, { hash: LINK, expected: /503/, routes });
  await page.waitForSelector('h2:text-is("正在生成数据版本")');
  assert.match(await page.locator("#answer .notice").innerText(), /try again in 3 s[^]*503 · urn:wanmi:problem:test/);
  await shoot(page, "map-error");
  refuse = false;
  await page.locator("#answer .wide").click();
  await answered(page);
  await closeClean(page);
});

test("a service that does not answer is named as such", async () => {
  const page = await openPage(browser, { hash: LINK, expected: /ERR_FAILED/, routes: { "**/v1/**": (route) => route.abort() } });
  await page.waitForSelector('h2:text-is("连接不上服务")');
  await closeClean(page);
});

test("a late answer never overwrites a later one", async () => {
  let release;
  const held = new Promise((done) => { release = done; });
  let late = null;
  const routes = { "**/v1/locate*": async (route) => {
    if (late !== null) return route.continue();
    late = (async () => {
      const reply = await route.fetch();
      await held;
      await route.fulfill({ response: reply }).catch(() => {});
    })();
    return late;
  } };
  const page = await openPage(browser, { hash: LINK, routes });
  await page.waitForSelector(".loading");
  await until(() => late !== null, (is) => is, "the first question is held");
  const other = await apiOf({ lng: -77.01, lat: 38.9 });
  await page.evaluate(() => { location.hash = "#17/38.9/-77.01&at=38.9,-77.01"; });
  await page.waitForSelector(`#answer h2:text-is("${other.place.cell}")`);
  release();
  await late;
  // Two frames later all that the late answer could start has run.
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  assert.equal(await page.locator("#answer h2").innerText(), other.place.cell);
  await closeClean(page);
});

test("a name from a delivery never becomes markup", async () => {
  const hostile = '<img src=x onerror="window.hurt=1">';
  const routes = { "**/v1/components?*": async (route) => {
    const reply = await route.fetch();
    const body = await reply.json();
    for (const component of body.components) component.name = hostile;
    await route.fulfill({ response: reply, json: body });
  } };
  const page = await openPage(browser, { hash: LINK, routes });
  await answered(page);
  assert.equal((await page.locator(".own").first().innerText()).trim(), hostile);
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  await closeClean(page);
});

test("on a phone the panel lies below the map and nothing is wider than the screen", async () => {
  const page = await openPage(browser, { hash: LINK, width: 390, height: 844 });
  await answered(page);
  const map = await page.locator("#map-side").boundingBox();
  const panel = await page.locator("#panel").boundingBox();
  assert.ok(panel.y >= map.y + map.height - 1 && map.height > 300, JSON.stringify({ map, panel }));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await shoot(page, "map-phone");
  await closeClean(page);
});

test("every control has a name to be read out", async () => {
  const page = await openPage(browser, { hash: LINK });
  await answered(page);
  const nameless = await page.locator("button, input, summary, a").evaluateAll((all) => all
    .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
    .map((e) => e.outerHTML));
  assert.deepEqual(nameless, []);
  assert.match(await page.locator(".maplibregl-canvas").getAttribute("aria-label"), /回车查询中心点/);
  await closeClean(page);
});

test("without WebGL the page says so and the search box still answers", async () => {
  const blind = await launch(found, { webgl: false });
  const page = await openPage(blind);
  await page.waitForSelector('#map-error:has-text("WebGL")');
  await page.locator("#search-text").fill(`${CIRCLE.lng},${CIRCLE.lat}`);
  await page.keyboard.press("Enter");
  await answered(page);
  const { place } = await apiOf(CIRCLE);
  assert.equal(await page.locator("#answer h2").innerText(), place.cell);
  await closeClean(page);
  await blind.close();
});

console.log(`the map at ${BASE_URL.href}`);
