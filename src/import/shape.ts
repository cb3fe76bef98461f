/** Which kinds of values a key of a file may have: compose files, ECS task definitions, Cloud Run. */

/** What a scalar is. `duration`: one that nothing else reads. `mode`: permissions of a file. */
export type Word = 'text' | 'number' | 'boolean' | 'duration' | 'mode'

/** The kinds that a value may have; a value that is empty fits each shape. */
export interface Shape {
  readonly word?: Word
  /** A list, and the shape of its items. */
  readonly items?: Shape
  /** A map with any keys, and the shape of their values. */
  readonly values?: Shape
  /** A map of these keys. Without `values`, it has no others but those that begin with `x-`. */
  readonly fields?: Fields
  /** Any value. */
  readonly open?: true
}

export type Fields = Readonly<Record<string, Shape>>

export const OPEN: Shape = { open: true }
export const TEXT: Shape = { word: 'text' }
export const NUMBER: Shape = { word: 'number' }
export const BOOLEAN: Shape = { word: 'boolean' }
export const TEXTS: Shape = { items: TEXT }
export const MAP: Shape = { values: OPEN }

/** A map of these keys, and of others that the platform may add. */
export const openMapOf = (fields: Fields): Shape => ({ fields, values: OPEN })
/** A list of such maps. */
export const openListOf = (fields: Fields): Shape => ({ items: openMapOf(fields) })
