// The calls this page makes. Every refusal becomes a Problem; every reply tells the data version.

import { currentLanguage } from "./text.js";

/** Positions leave this page in this system only; the server counts WGS84 as CGCS2000. */
const CRS = "WGS84";

/** What went wrong, as the server said it (RFC 9457), or `network: true` when nothing answered. */
export class Problem extends Error {
  constructor({ status = null, type = null, title = "", detail = "", errors = [], network = false }) {
    super(detail || title);
    Object.assign(this, { status, type, title, detail, errors, network });
  }
}

/** TileJSON of the city: `name`, `bounds`, `minzoom`, `maxzoom`, `attribution`. */
export function city(signal) {
  return read("tiles.json", {}, signal);
}

/** MapLibre style of the city. */
export function style(signal) {
  return read("style.json", {}, signal);
}

/** Which cell holds a position, and the regions above it. */
export function locate({ lng, lat }, signal) {
  return read("v1/locate", { lng, lat, crs: CRS }, signal);
}

/** The nearest components, nearest first; `classCode` null asks for all classes. */
export function componentsNear({ lng, lat }, { radius_m, limit, classCode }, signal) {
  const asked = { near: `${lng},${lat}`, crs: CRS, radius_m, limit };
  if (classCode !== null) asked.class = classCode;
  return read("v1/components", asked, signal);
}

/** One component with everything known of it. */
export function component(code, signal) {
  return read(`v1/components/${encodeURIComponent(code)}`, {}, signal);
}

/** One cell with its figures and its geometry. */
export function cell(code, signal) {
  return read(`v1/cells/${encodeURIComponent(code)}`, {}, signal);
}

/** A position in another system. */
export function convert({ lng, lat, crs, to }, signal) {
  return read("v1/convert", { lng, lat, crs, to }, signal);
}

/** The classes of all editions, and which edition the city delivers in. */
export function classes(signal) {
  return read("v1/classes", {}, signal);
}

/** Whom a report goes to, and why. */
export function route(report, signal) {
  return send("POST", "v1/route", report, signal);
}

/** The mode in force and the modes that there are. */
export function mode(signal) {
  return read("v1/mode", {}, signal);
}

/** Switches the mode: `{mode, author, reason, planned_end}`. */
export function switchMode(wish, signal) {
  return send("POST", "v1/mode", wish, signal);
}

/** All limits of the city, which name the filing conditions. */
export function limits(signal) {
  return read("v1/things/limits", {}, signal);
}

/** Calls `listener` with the data version of each reply that names another one than the reply before. */
export function watchVersion(listener) {
  versionListener = listener;
}

let versionListener = () => {};
let lastVersion = null;

function read(path, parameters, signal) {
  const url = new URL(path, document.baseURI);
  url.search = new URLSearchParams(parameters);
  return call(url, { signal });
}

function send(method, path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  return call(new URL(path, document.baseURI), { method, headers, body: JSON.stringify(body), signal });
}

async function call(url, request) {
  const headers = { Accept: "application/json, application/problem+json", "Accept-Language": currentLanguage(), ...request.headers };
  let reply;
  try {
    reply = await fetch(url, { ...request, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ network: true });
  }
  noteVersion(reply.headers.get("Wanmi-Version"));
  if (!reply.ok) throw await problemOf(reply);
  try {
    return await reply.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ status: reply.status, title: "no JSON", detail: url.pathname });
  }
}

function noteVersion(version) {
  if (version === null || version === lastVersion) return;
  const previous = lastVersion;
  lastVersion = version;
  versionListener(version, previous);
}

async function problemOf(reply) {
  const type = reply.headers.get("Content-Type") ?? "";
  if (!type.startsWith("application/problem+json")) {
    return new Problem({ status: reply.status, title: reply.statusText });
  }
  const body = await reply.json().catch(() => ({}));
  return new Problem({ ...body, status: reply.status });
}
