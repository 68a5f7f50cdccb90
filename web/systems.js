// The coordinate systems in which people paste and copy positions. The map itself is in CGCS2000; the server converts.

import * as api from "./api.js";
import { position, say } from "./text.js";

const KEY = "wanmi.system";
/** What the map's own degrees are called in calls: the server counts WGS84 as CGCS2000. */
const OF_MAP = "WGS84";
/** The 3° Gauss-Krüger planes of CGCS2000 without a zone before the easting: EPSG:4534 for 75° to EPSG:4554 for 135°. */
const PLANES = { first: 4534, west: 75, east: 135, each: 3 };

let offered = [OF_MAP, "GCJ02", "BD09"];
let chosen = remembered() ?? OF_MAP;

/** The system in which positions are typed and shown. */
export function currentSystem() {
  return offered.includes(chosen) ? chosen : OF_MAP;
}

/** Whether the current system counts in metres. */
export function isPlane(system = currentSystem()) {
  return system.startsWith("EPSG:");
}

/** Offers the systems of a city with these bounds in a `select`; `on(system)` hears of each choice. */
export function offerSystems(select, bounds, on) {
  const plane = bounds ? planeOf(bounds) : null;
  offered = [OF_MAP, "GCJ02", "BD09", ...(plane === null ? [] : [plane.code])];
  const label = (system) => (isPlane(system) ? say("system_plane", system, plane.meridian) : say(`system_${system}`));
  select.replaceChildren(...offered.map((system) => new Option(label(system), system, false, system === currentSystem())));
  select.onchange = () => {
    chosen = select.value;
    remember(chosen);
    on(chosen);
  };
}

/** A typed position on the map; a refusal by the server is thrown. */
export async function onMap([lng, lat], system, signal) {
  if (system === OF_MAP || system === "CGCS2000") return { lng, lat };
  const there = await api.convert({ lng, lat, crs: system, to: "CGCS2000" }, signal);
  return { lng: there.lng, lat: there.lat };
}

/** A place of the map as text in the current system. */
export async function inSystem(at, signal) {
  const system = currentSystem();
  if (system === OF_MAP) return position(at);
  const { lng, lat } = await api.convert({ ...at, crs: OF_MAP, to: system }, signal);
  return isPlane(system) ? `${lng.toFixed(3)}, ${lat.toFixed(3)}` : position({ lng, lat });
}

/** The plane whose middle meridian is nearest to a city; null outside China, where these planes are not used. */
function planeOf([west, south, east, north]) {
  const [lng, lat] = [(west + east) / 2, (south + north) / 2];
  const meridian = Math.round(lng / PLANES.each) * PLANES.each;
  if (meridian < PLANES.west || meridian > PLANES.east || lat < 3 || lat > 54) return null;
  return { code: `EPSG:${PLANES.first + (meridian - PLANES.west) / PLANES.each}`, meridian };
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(system) {
  try {
    localStorage.setItem(KEY, system);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}
