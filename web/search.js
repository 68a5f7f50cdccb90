// The search box: a position, a cell code or a component code.

import * as api from "./api.js";
import { onEarth } from "./hash.js";
import { currentSystem, isPlane, onMap } from "./systems.js";

/** Two numbers, perhaps after the name of their system. */
const POSITION = /^(?:(WGS84|CGCS2000|GCJ02|BD09|EPSG:\d+)\s*[:：]?\s*)?(-?\d+(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d+(?:\.\d+)?)$/i;

/** What a text in the search box stands for: `{at}`, `{cell}`, `{component}`, or `{nothing}` naming the sentence that says why. */
export async function find(text, signal) {
  const position = POSITION.exec(text);
  if (position) return findPosition(position, signal);
  const cell = await found(api.cell(text, signal));
  if (cell !== null) return { cell };
  const component = await found(api.component(text, signal));
  if (component !== null) return { component };
  return { nothing: "error_not_found" };
}

async function findPosition([, named, lng, lat], signal) {
  const system = named?.toUpperCase() ?? currentSystem();
  if (!isPlane(system) && !onEarth(lng, lat)) return { nothing: "error_position" };
  return { at: await onMap([Number(lng), Number(lat)], system, signal) };
}

/** The reply; null when the server does not know the code or refuses its form. */
async function found(reply) {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof api.Problem && (error.status === 404 || error.status === 400)) return null;
    throw error;
  }
}
