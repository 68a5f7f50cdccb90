// The map: opens, answers clicks and hovers, and draws what is chosen. It knows no panel and makes no call of its own.

/* global maplibregl */

import { overlayLayers, overlaySources, circleAround, EMPTY } from "./overlay.js";
import { say } from "./text.js";

const MARKER_COLOUR = "#c0126f";
const FIT = { padding: 40, maxZoom: 17, duration: 500 };
/** How near a click must be to a component's mark to mean it, in CSS pixels. */
const REACH_PX = 5;
const COMPONENT_LAYERS = ["components-point", "components-line", "components-fill"];

/** Whether this browser can draw the map at all. */
export function canDraw() {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/**
 * Opens the map on `view`, or on the city's bounds when that is null; a city without cells has no bounds.
 * `on` has the listeners `click(at, component)`, `hover(cell, component, pixel)`, `move(view)`, `error(error)`.
 */
export async function openMap(container, { style, city, view, on }) {
  const map = new maplibregl.Map({
    container, style, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
    maxPitch: 0, minZoom: 3, maxZoom: 21, fadeDuration: 0,
    localIdeographFontFamily: "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    // The worker is a blob and has no base: addresses relative to the page are completed here.
    transformRequest: (url) => ({ url: new URL(url, document.baseURI).href }),
    ...(view ?? (city.bounds ? { bounds: city.bounds, fitBoundsOptions: FIT } : {})),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-right");
  map.on("error", (event) => on.error(event.error));
  // Not "load", which waits for the first tiles: on a slow line one may click before they come.
  await new Promise((loaded) => map.once("style.load", loaded));

  for (const [id, source] of overlaySources()) map.addSource(id, source);
  for (const layer of overlayLayers()) map.addLayer(layer);
  listen(map, on);
  return handle(map, { style, city });
}

/** What the page may do with the map. */
function handle(map, { style, city }) {
  const marker = new maplibregl.Marker({ color: MARKER_COLOUR });
  const draw = (source, data) => map.getSource(source).setData(data);
  return {
    zoom: () => map.getZoom(),
    view: () => viewOf(map),
    zoomBy: (steps) => map.zoomTo(map.getZoom() + steps, { duration: 200 }),
    showCity: () => city.bounds && map.fitBounds(city.bounds, FIT),
    showView: (view) => map.jumpTo(view),
    /** Brings a geometry into sight. */
    showShape: (geometry) => map.fitBounds(boundsOf(geometry), FIT),
    /** Goes to a place, closer when the map is far; stays when it is well in sight and close enough. */
    goTo(at, zoom) {
      const inSight = map.getBounds().contains(at) && map.getZoom() >= zoom;
      if (!inSight) map.easeTo({ center: at, zoom: Math.max(zoom, map.getZoom()), duration: 500 });
    },
    pin: (at) => (at === null ? marker.remove() : marker.setLngLat(at).addTo(map)),
    drawCell: (geometry) => draw("chosen-cell", geometry ?? EMPTY),
    drawRadius: (at, radius_m) => draw("radius", at === null ? EMPTY : circleAround(at, radius_m)),
    drawNear: (components) => draw("near", marksOf(components)),
    drawPicked: (component) => draw("picked", marksOf(component === null ? [] : [component])),
    /** Shows only those components that an expression names; null shows all. */
    filterComponents(expression) {
      for (const id of COMPONENT_LAYERS.filter((layer) => map.getLayer(layer))) {
        const own = style.layers.find((layer) => layer.id === id).filter;
        map.setFilter(id, expression === null ? own : ["all", own, expression]);
      }
    },
    /** Asks for all tiles again: the city has another version now. */
    refresh: () => map.refreshTiles("wanmi"),
    /** Rewrites what the map says in words. */
    translate: () => map.getCanvas().setAttribute("aria-label", say("map_keys")),
    resize: () => map.resize(),
  };
}

function listen(map, on) {
  const ask = (pixel) => on.click(roundedPlace(map.unproject(pixel)), componentAt(map, pixel));
  map.on("click", (event) => ask(event.point));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") ask(map.project(map.getCenter()));
  });
  map.on("dataloading", () => map.getContainer().setAttribute("aria-busy", "true"));
  map.on("idle", () => map.getContainer().setAttribute("aria-busy", "false"));
  map.on("moveend", () => on.move(viewOf(map)));
  watchHover(map, on);
}

function watchHover(map, on) {
  let lit = null;
  const light = (id) => {
    if (id === lit) return;
    if (lit !== null) map.setFeatureState({ source: "wanmi", sourceLayer: "cells", id: lit }, { hover: false });
    if (id !== null) map.setFeatureState({ source: "wanmi", sourceLayer: "cells", id }, { hover: true });
    lit = id;
  };
  map.on("mousemove", (event) => {
    const [cell = null] = map.queryRenderedFeatures(event.point, { layers: ["cells-fill"] });
    light(cell?.id ?? null);
    on.hover(cell?.properties ?? null, componentAt(map, event.point), event.point);
  });
  map.on("mouseout", () => {
    light(null);
    on.hover(null, null, null);
  });
}

/** The properties of the component whose mark lies nearest under a pixel, or null; points win over lines and areas. */
function componentAt(map, { x, y }) {
  const box = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
  const points = map.queryRenderedFeatures(box, { layers: COMPONENT_LAYERS.slice(0, 1) });
  const away_px = (feature) => {
    const mark = map.project(feature.geometry.coordinates);
    return Math.hypot(mark.x - x, mark.y - y);
  };
  const nearest = points.filter((f) => f.geometry.type === "Point").sort((a, b) => away_px(a) - away_px(b))[0];
  const [shape = null] = nearest ? [nearest] : map.queryRenderedFeatures([x, y], { layers: COMPONENT_LAYERS.slice(1) });
  return shape?.properties ?? null;
}

function viewOf(map) {
  const { lng, lat } = map.getCenter().wrap();
  return { zoom: map.getZoom(), center: { lng, lat } };
}

/** Eight decimals, so that what is asked, shown, copied and linked is one and the same position. */
function roundedPlace(lngLat) {
  const { lng, lat } = lngLat.wrap();
  return { lng: Number(lng.toFixed(8)), lat: Number(lat.toFixed(8)) };
}

function boundsOf(geometry) {
  const bounds = new maplibregl.LngLatBounds();
  const positions = geometry.coordinates.flat(geometry.type === "MultiPolygon" ? 2 : 1);
  for (const position of positions) bounds.extend(position);
  return bounds;
}

/** Marks of components: their own shapes where the reply has them, else their anchor points. */
function marksOf(components) {
  const features = components.map(({ code, location: { lng, lat }, geometry = null }) => (
    { type: "Feature", properties: { code }, geometry: geometry ?? { type: "Point", coordinates: [lng, lat] } }));
  return { type: "FeatureCollection", features };
}
