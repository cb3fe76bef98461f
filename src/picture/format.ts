/** What orders and timelines can be written as. Pure. */

export const GRAPH_FORMATS = ['text', 'mermaid', 'dot', 'svg', 'html', 'json'] as const
export const TIMELINE_FORMATS = ['text', 'svg', 'html', 'json'] as const

export type GraphFormat = (typeof GRAPH_FORMATS)[number]
export type TimelineFormat = (typeof TIMELINE_FORMATS)[number]

/** Columns of a text; in fewer it cannot be read. */
export const LEAST_WIDTH = 20

/** Those that say nothing of a terminal. */
export type PictureFormat = Exclude<TimelineFormat, 'text'>

const ENDINGS: ReadonlyMap<string, GraphFormat> = new Map([
  ['.txt', 'text'],
  ['.mmd', 'mermaid'],
  ['.dot', 'dot'],
  ['.svg', 'svg'],
  ['.html', 'html'],
  ['.json', 'json'],
])

/** By how a file is called; undefined when none of the formats ends so. */
export function formatOf<Format extends GraphFormat>(path: string, formats: readonly Format[]): Format | undefined {
  const format = ENDINGS.get(/\.[^./]*$/.exec(path)?.[0].toLowerCase() ?? '')
  return formats.find((known) => known === format)
}
