// The components near a point: what to ask for, and which of the reply to list.

import * as api from "./api.js";

/** Radii to choose from, in metres. */
export const RADII_M = [20, 50, 100, 200];
/** How many components the panel lists. */
export const LISTED = 10;
/** How many are asked for when their names must be searched here. */
const SEARCHED = 100;
/** A full class code, of any edition: the server filters, so none is missed. */
const CLASS_CODE = /^\d{4,5}$/;

/**
 * The components near `at` that match `filter` (empty: all) and that the map shows: `{listed, matched, searched}`.
 * `matched` counts those that match; `searched` is null, or how many were looked through when there may be more.
 * `only` is the one class that the map shows, or null; `isShown(classCode)` says whether it shows a class.
 */
export async function near(at, { radius_m, filter, only, isShown }, signal) {
  const classCode = CLASS_CODE.test(filter) ? filter : only;
  const text = CLASS_CODE.test(filter) ? "" : filter.toLowerCase();
  if (text === "" && (classCode !== null || isShown === null)) {
    const reply = await api.componentsNear(at, { radius_m, limit: LISTED, classCode }, signal);
    return { listed: reply.components, matched: reply.components.length, searched: null };
  }
  const reply = await api.componentsNear(at, { radius_m, limit: SEARCHED, classCode }, signal);
  const shown = (component) => isShown === null || isShown(component.class);
  const matching = reply.components.filter((component) => words(component).includes(text) && shown(component));
  const searched = reply.components.length === SEARCHED ? SEARCHED : null;
  return { listed: matching.slice(0, LISTED), matched: matching.length, searched };
}

function words({ code, class: classCode, class_name, name }) {
  return [code, classCode, class_name, name].filter((word) => word !== null).join(" ").toLowerCase();
}
