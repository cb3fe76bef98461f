/**
 * Writes elements of SVG and HTML. Every string is text and is escaped. Only results of `element` are markup, so that text from
 * outside cannot become markup. Pure.
 */

export interface Markup {
  readonly markup: string
}

export type Content = string | Markup

/** Attributes; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

export function element(name: string, attributes: Attributes, ...contents: readonly Content[]): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escape(typeof value === 'number' ? formatNumber(value) : value)}"`],
  )
  const start = `<${name}${written.join('')}`
  const inside = joinMarkup(contents).markup
  return { markup: inside === '' && !NEVER_EMPTY.has(name) ? `${start}/>` : `${start}>${inside}</${name}>` }
}

/** Elements that need an end tag: HTML reads `<td/>` as a start tag. In SVG, and for void elements of HTML, `/>` is enough. */
const NEVER_EMPTY = new Set(['td', 'th', 'tbody', 'ul', 'ol', 'dl', 'div', 'p', 'span', 'output'])

export function joinMarkup(contents: readonly Content[]): Markup {
  return {
    markup: contents.map((content) => (typeof content === 'string' ? escape(content) : content.markup)).join(''),
  }
}

/**
 * Marks the text of a style or script element, which HTML does not unescape.
 * @param source text of this program, never from outside
 */
export function keepRaw(source: string): Markup {
  return { markup: source }
}

/** Rounds to hundredths of a pixel. */
function formatNumber(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** Characters that XML does not allow even escaped: controls, half surrogate pairs, non-characters (XML 1.0, production 2). */
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
