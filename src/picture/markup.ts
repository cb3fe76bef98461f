/**
 * Writes elements of SVG and HTML. Whatever is a string is text and is escaped; only what `element` has made stands as markup, so
 * that nothing from outside can become any. Pure.
 */

export interface Markup {
  readonly markup: string
}

export type Content = string | Markup

/** What is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

export function element(name: string, attributes: Attributes, ...contents: readonly Content[]): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escape(typeof value === 'number' ? formatNumber(value) : value)}"`],
  )
  const start = `<${name}${written.join('')}`
  const inside = joinMarkup(contents).markup
  return { markup: inside === '' && !NEVER_EMPTY.has(name) ? `${start}/>` : `${start}>${inside}</${name}>` }
}

/** HTML takes `<td/>` for the start of one that has no end; in SVG, and for HTML's own void elements, it is whole. */
const NEVER_EMPTY = new Set(['td', 'th', 'tbody', 'ul', 'ol', 'dl', 'div', 'p', 'span', 'output'])

export function joinMarkup(contents: readonly Content[]): Markup {
  return {
    markup: contents.map((content) => (typeof content === 'string' ? escape(content) : content.markup)).join(''),
  }
}

/**
 * The text of a style or script element, which HTML does not unescape.
 * @param source the program's own, never from outside
 */
export function keepRaw(source: string): Markup {
  return { markup: source }
}

/** Hundredths of a pixel are seen by nobody. */
function formatNumber(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** What XML cannot hold, not even escaped: controls, halves of surrogate pairs, non-characters (XML 1.0, production 2). */
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(FORBIDDEN, '\uFFFD').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
