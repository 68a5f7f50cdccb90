// The small things written over the map: what lies under the pointer, whose data it is, what did not load.

const chip = document.getElementById("hover");
const note = document.getElementById("map-error");

/** Says what cell and component lie under the pointer; all null takes it away. */
export function showHover(cell, component, pixel) {
  const lines = [];
  if (cell !== null) lines.push(words(cell.code, cell.name));
  if (component !== null) lines.push(words(component.class, component.name, component.code));
  chip.hidden = lines.length === 0;
  if (chip.hidden) return;
  chip.textContent = lines.join("\n");
  chip.style.transform = `translate(${Math.round(pixel.x + 14)}px, ${Math.round(pixel.y + 14)}px)`;
}

/** Names the source of the data, as its licence asks; TileJSON may carry markup, which is shown as text. */
export function showAttribution(attribution = null) {
  const line = document.getElementById("attribution");
  line.hidden = !attribution;
  line.textContent = attribution ?? "";
}

/** Says what is wrong with the map itself; null takes it away. */
export function showNote(sentence) {
  note.hidden = sentence === null;
  note.textContent = sentence ?? "";
}

function words(...parts) {
  return [...new Set(parts.filter(Boolean))].join("  ");
}
