/** Elements: found by their names, or made in one line. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of the page by its id, of the kind that its caller needs.
 * @template {Element} [Kind=HTMLElement]
 * @param {string} id
 * @param {new () => Kind} [kind]
 * @returns {Kind}
 */
export function byId(id, kind) {
  return sure(document.getElementById(id), `#${id}`, kind);
}

/**
 * A part of an element by its data-part, so that a page may hold the same part several times.
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => Kind} [kind]
 * @returns {Kind}
 */
export function part(root, name, kind) {
  return find(root, `[data-part="${name}"]`, kind);
}

/**
 * The first element that a selector finds.
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} [kind]
 * @returns {Kind}
 */
export function find(root, selector, kind) {
  return sure(root.querySelector(selector), selector, kind);
}

/**
 * A template that lacks a part is told at once, and by that part's name.
 * @template {Element} Kind
 * @param {Element | null} element
 * @param {string} name
 * @param {new () => Kind} [kind]
 * @returns {Kind}
 */
function sure(element, name, kind) {
  const wanted = kind ?? HTMLElement;
  if (element instanceof wanted) return /** @type {Kind} */ (element);
  throw new Error(`This page has no ${wanted.name} at ${name}.`);
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function html(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/**
 * What is drawn on.
 * @param {HTMLCanvasElement} canvas
 */
export function pen(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
