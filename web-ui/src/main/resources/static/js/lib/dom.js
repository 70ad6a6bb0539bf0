/** The element with an id. */
export const byId = id => document.getElementById(id);

/** An element with properties (data-* and aria-* as attributes) and children. */
export function el(tag, properties = {}, ...children) {
  return furnish(document.createElement(tag), properties, children);
}

/** The same for SVG, where everything is an attribute. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children, true);
}

function furnish(element, properties, children, attributes = false) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (attributes || name.includes('-') || name === 'role') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** A number for people, with as many decimals as it deserves. */
export function figure(value, decimals = 2) {
  return Number.isFinite(value)
    ? value.toLocaleString('en', {minimumFractionDigits: decimals, maximumFractionDigits: decimals})
    : '–';
}

/** A list of facts as <dl class="facts">: names and values in pairs. */
export function facts(list, pairs) {
  list.replaceChildren(...pairs.map(([name, value, unit]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, String(value), unit ? el('small', {}, ` ${unit}`) : null))));
}

/** Offers bytes as a file. */
export function download(blob, name) {
  const link = el('a', {href: URL.createObjectURL(blob), download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Bytes from Base64. */
export function bytes(base64) {
  const text = atob(base64);
  return Uint8Array.from(text, c => c.charCodeAt(0));
}
