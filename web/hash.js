// The deep link: `#zoom/lat/lng`, then `&at=lat,lng` when a point is chosen or `&cell=code` when a cell is.

const VIEW = /^(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;
const PLACE = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/;

/** What the address names: `{view, at, cell}`, each null when absent or unreadable. */
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
  };
}

/** Writes the address without a new entry in the history: panning must not bury the page before this one. */
export function writeHash({ view, at, cell }) {
  let hash = `#${view.zoom.toFixed(2)}/${view.center.lat.toFixed(5)}/${view.center.lng.toFixed(5)}`;
  if (at !== null) hash += `&at=${at.lat.toFixed(8)},${at.lng.toFixed(8)}`;
  else if (cell !== null) hash += `&cell=${encodeURIComponent(cell)}`;
  history.replaceState(history.state, "", hash);
}

/** Whether two texts or numbers are a longitude and a latitude. */
export function onEarth(lng, lat) {
  return Math.abs(Number(lng)) <= 180 && Math.abs(Number(lat)) <= 90;
}
