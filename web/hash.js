// The deep link: `#zoom/lat/lng`, then `&at=lat,lng` or `&cell=code` for what is chosen, `&hide=` and `&only=` for what the map
// leaves out, and the fields of the question whom a report goes to.

const VIEW = /^(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;
const PLACE = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/;

/** What the address names: `{view, at, cell, hidden, only, named}`; the first three and `only` are null when absent or unreadable. */
export function readHash() {
  const [view = "", ...rest] = location.hash.slice(1).split("&");
  const named = new URLSearchParams(rest.join("&"));
  const seen = VIEW.exec(view);
  const place = PLACE.exec(named.get("at") ?? "");
  return {
    view: seen && onEarth(seen[3], seen[2])
      ? { zoom: Number(seen[1]), center: { lng: Number(seen[3]), lat: Number(seen[2]) } } : null,
    at: place && onEarth(place[2], place[1]) ? { lng: Number(place[2]), lat: Number(place[1]) } : null,
    cell: named.get("cell"),
    hidden: (named.get("hide") ?? "").split(",").filter(Boolean),
    only: named.get("only"),
    named,
  };
}

/**
 * Writes the address without a new entry in the history: panning must not bury the page before this one.
 * `fields` are the pairs of the report that is asked about.
 */
export function writeHash({ view, at, cell, filter, fields }) {
  let hash = `#${view.zoom.toFixed(2)}/${view.center.lat.toFixed(5)}/${view.center.lng.toFixed(5)}`;
  if (at !== null) hash += `&at=${at.lat.toFixed(8)},${at.lng.toFixed(8)}`;
  else if (cell !== null) hash += `&cell=${encodeURIComponent(cell)}`;
  if (filter.only !== null) hash += `&only=${encodeURIComponent(filter.only)}`;
  else if (filter.hidden.size > 0) hash += `&hide=${[...filter.hidden].sort().map(encodeURIComponent).join(",")}`;
  for (const [name, value] of fields) hash += `&${name}=${encodeURIComponent(value)}`;
  history.replaceState(history.state, "", hash);
}

/** Whether two texts or numbers are a longitude and a latitude. */
export function onEarth(lng, lat) {
  return Math.abs(Number(lng)) <= 180 && Math.abs(Number(lat)) <= 90;
}
