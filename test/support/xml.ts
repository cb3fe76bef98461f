/** A strict reader of podorder's XML: elements, attributes in double quotes, and text; no comments, CDATA or doctype. */

export interface XmlElement {
  readonly name: string
  readonly attributes: readonly string[]
  readonly values: Readonly<Record<string, string>>
  /** The text of the element, without that of its child elements. */
  text: string
}

const TOKEN = /<\/([a-zA-Z]+)>|<([a-zA-Z]+)((?: [a-zA-Z][\w:-]*="[^"<]*")*)(\/?)>|([^<]+)/y
const ATTRIBUTE = / ([a-zA-Z][\w:-]*)="([^"<]*)"/g
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

/**
 * Lists all elements, in the order of their start tags.
 * @throws when the XML is not well-formed
 */
export function readXml(source: string): readonly XmlElement[] {
  const elements: XmlElement[] = []
  const open: XmlElement[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (match === null) throw new Error(`not XML at ${at}: ${source.slice(at, at + 80)}`)
    const [, end, name, attributes = '', empty, text] = match
    if (text !== undefined) {
      const into = open.at(-1)
      if (into === undefined && text.trim() !== '') throw new Error(`text outside of the root: ${text}`)
      if (into !== undefined) into.text += decode(text)
    } else if (end === undefined) {
      if (open.length === 0 && elements.length > 0) throw new Error(`a second root: ${name}`)
      const read = readElement(name ?? '', attributes)
      elements.push(read)
      if (empty === '') open.push(read)
    } else if (open.pop()?.name !== end) throw new Error(`</${end}> at ${at} ends what has not begun`)
  }
  if (open.length > 0) throw new Error(`never ended: ${open.map(({ name }) => name).join(', ')}`)
  return elements
}

function readElement(name: string, attributes: string): XmlElement {
  const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => [key, decode(value)] as const)
  const keys = pairs.map(([key]) => key)
  if (new Set(keys).size < keys.length) throw new Error(`twice in ${name}: ${keys.join(', ')}`)
  return { name, attributes: keys, values: Object.fromEntries(pairs), text: '' }
}

// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\v\f\u000E-\u001F\uFFFE\uFFFF]/g

/** Replaces each character that XML cannot hold by U+FFFD. */
export function markForbidden(text: string): string {
  return text.replaceAll(FORBIDDEN, '\uFFFD').toWellFormed()
}

function decode(text: string): string {
  if (markForbidden(text) !== text) throw new Error(`XML holds no such character: ${JSON.stringify(text)}`)
  const rest = text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')
  if (rest.includes('&')) throw new Error(`an ampersand that begins nothing: ${text}`)
  return text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)
}
