// Elements without HTML text, so that no name from a delivery can become markup.

/** `element("p.note", {title: "…", onclick: f}, "text", child, null)`; null children are left out. */
export function element(tagAndClass, properties = {}, ...children) {
  const [tag, ...classes] = tagAndClass.split(".");
  const made = document.createElement(tag);
  made.classList.add(...classes);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made[name] = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}

/** A list of terms; rows are `[label, content]`, a row whose content is null is left out. */
export function facts(rows) {
  const known = rows.filter(([, content]) => content !== null);
  return element("dl.facts", {}, ...known.map(([label, content]) =>
    element("div", {}, element("dt", {}, label), element("dd", {}, content))));
}
