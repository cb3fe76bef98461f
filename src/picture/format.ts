/** The formats of orders and timelines. Pure. */

export const GRAPH_FORMATS = ['text', 'mermaid', 'dot', 'svg', 'html', 'json'] as const
export const TIMELINE_FORMATS = ['text', 'svg', 'html', 'json'] as const

export type GraphFormat = (typeof GRAPH_FORMATS)[number]
export type TimelineFormat = (typeof TIMELINE_FORMATS)[number]

/** The least columns in which a text is readable. */
export const LEAST_WIDTH = 20

/** Formats that do not depend on a terminal. */
export type PictureFormat = Exclude<TimelineFormat, 'text'>

const ENDINGS: ReadonlyMap<string, GraphFormat> = new Map([
  ['.txt', 'text'],
  ['.mmd', 'mermaid'],
  ['.dot', 'dot'],
  ['.svg', 'svg'],
  ['.html', 'html'],
  ['.json', 'json'],
])

/** Finds a format by a file's ending; undefined when the ending is unknown. */
export function formatOf<Format extends GraphFormat>(path: string, formats: readonly Format[]): Format | undefined {
  const format = ENDINGS.get(/\.[^./]*$/.exec(path)?.[0].toLowerCase() ?? '')
  return formats.find((known) => known === format)
}
