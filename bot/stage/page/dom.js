// Builds elements: what the server sends becomes text and checked addresses, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on…` adds a listener, `vars` sets custom properties; an address that is not http(s) or ours is dropped. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") setVars(element, value);
    else if (name === "href" || name === "src") setAddress(element, name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return fill(element, children);
}

/** Replaces what an element holds. */
export function replace(element, ...children) {
  element.replaceChildren();
  return fill(element, children);
}

/** A link that leads out of the page; plain text where the address is not one we follow. */
export function outward(address, props, ...children) {
  if (!webAddress(address)) return h("span", props, ...children);
  return h("a", { ...props, href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}

/** The address if it is http(s), else null: `javascript:` and its kin end here. */
export function webAddress(address) {
  if (typeof address !== "string") return null;
  try {
    const parsed = new URL(address);
    return parsed.protocol === "http:" || parsed.protocol === "https:" ? parsed.href : null;
  } catch {
    return null;
  }
}

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Says something to those who listen rather than look. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}

function fill(element, children) {
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setVars(element, vars) {
  for (const [name, value] of Object.entries(vars)) element.style.setProperty(`--${name}`, value);
}

function setAddress(element, name, value) {
  const ours = typeof value === "string" && (value.startsWith("#") || value.startsWith("/page/"));
  const address = ours ? value : webAddress(value);
  if (address) element.setAttribute(name, address);
}
