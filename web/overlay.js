// What is drawn over the city's own style: the chosen cell, the radius, the listed components, the picked one.

const CHOSEN = "#c0126f";
const INK = "#16212b";

/** A source without anything in it. */
export const EMPTY = { type: "FeatureCollection", features: [] };

/** The overlay's sources as `[id, source]`. */
export function overlaySources() {
  return ["chosen-cell", "radius", "near", "picked"].map((id) => [id, { type: "geojson", data: EMPTY }]);
}

/** The overlay's layers, from below to above. */
export function overlayLayers() {
  return [
    { id: "chosen-cell-fill", type: "fill", source: "chosen-cell",
      paint: { "fill-color": CHOSEN, "fill-opacity": 0.06 } },
    { id: "chosen-cell-casing", type: "line", source: "chosen-cell",
      layout: { "line-join": "round" }, paint: { "line-color": "#ffffff", "line-width": 6 } },
    { id: "chosen-cell-line", type: "line", source: "chosen-cell",
      layout: { "line-join": "round" }, paint: { "line-color": CHOSEN, "line-width": 3 } },
    { id: "radius", type: "line", source: "radius", minzoom: 14,
      paint: { "line-color": INK, "line-opacity": 0.55, "line-width": 1.2, "line-dasharray": [4, 3] } },
    { id: "near", type: "circle", source: "near", minzoom: 14,
      paint: {
        "circle-color": "transparent", "circle-stroke-color": INK, "circle-stroke-width": 1.4,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 14, 3, 18, 7.5, 20, 11],
      } },
    { id: "picked-shape", type: "line", source: "picked", filter: ["!=", ["geometry-type"], "Point"],
      layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": CHOSEN, "line-width": 4 } },
    { id: "picked", type: "circle", source: "picked", filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-color": "transparent", "circle-stroke-color": CHOSEN, "circle-stroke-width": 3,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 14, 6, 18, 11, 20, 15],
      } },
  ];
}

/** A circle to look at, not to decide by: a sphere is near enough below some kilometres. */
export function circleAround({ lng, lat }, radius_m) {
  const METRES_A_DEGREE = 111_195;
  const STEPS = 72;
  const dLat = radius_m / METRES_A_DEGREE;
  const dLng = dLat / Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: STEPS + 1 }, (_, i) => {
    const angle = ((i % STEPS) * 2 * Math.PI) / STEPS;
    return [lng + dLng * Math.cos(angle), lat + dLat * Math.sin(angle)];
  });
  return { type: "Polygon", coordinates: [ring] };
}
