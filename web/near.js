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
 * The components near `at` that match `filter` (empty: all): `{listed, matched, searched}`.
 * `matched` counts those that match; `searched` is null, or how many were looked through when there may be more.
 */
export async function near(at, { radius_m, filter }, signal) {
  if (filter === "" || CLASS_CODE.test(filter)) {
    const classCode = filter === "" ? null : filter;
    const reply = await api.componentsNear(at, { radius_m, limit: LISTED, classCode }, signal);
    return { listed: reply.components, matched: reply.components.length, searched: null };
  }
  const reply = await api.componentsNear(at, { radius_m, limit: SEARCHED, classCode: null }, signal);
  const wanted = filter.toLowerCase();
  const matching = reply.components.filter((component) => words(component).includes(wanted));
  const searched = reply.components.length === SEARCHED ? SEARCHED : null;
  return { listed: matching.slice(0, LISTED), matched: matching.length, searched };
}

function words({ code, class: classCode, class_name, name }) {
  return [code, classCode, class_name, name].filter((word) => word !== null).join(" ").toLowerCase();
}
