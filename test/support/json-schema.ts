/** The part of JSON Schema (draft 7) that the schemas in docs/ use. Any other keyword is an error, so that none is ignored. */

type Schema = Readonly<Record<string, unknown>>

/** Keywords for people and editors. They refuse no value. */
const SPOKEN = new Set([
  ...['$schema', 'title', 'description', 'examples', 'definitions', 'contentMediaType', 'contentSchema', 'format'],
])

type Judge = (argument: unknown, value: unknown, schema: Schema, root: Schema) => boolean

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const asText = (act: (text: string) => boolean) => (value: unknown) => typeof value !== 'string' || act(value)
const asNumber = (act: (value: number) => boolean) => (value: unknown) => typeof value !== 'number' || act(value)
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const isType: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  array: Array.isArray,
  object: isObject,
}

const KEYWORDS: Readonly<Record<string, Judge>> = {
  type: (type, value) => isType[String(type)]?.(value) === true,
  enum: (words, value) => (words as readonly unknown[]).some((word) => same(word, value)),
  const: (word, value) => same(word, value),
  pattern: (pattern, value) => asText((text) => new RegExp(String(pattern), 'u').test(text))(value),
  minLength: (length, value) => asText((text) => text.length >= Number(length))(value),
  minimum: (least, value) => asNumber((number) => number >= Number(least))(value),
  maximum: (most, value) => asNumber((number) => number <= Number(most))(value),
  minItems: (least, value) => !Array.isArray(value) || value.length >= Number(least),
  minProperties: (least, value) => !isObject(value) || Object.keys(value).length >= Number(least),
  uniqueItems: (_, value) =>
    !Array.isArray(value) || new Set(value.map((item) => JSON.stringify(item))).size === value.length,
  required: (keys, value) => !isObject(value) || (keys as readonly string[]).every((key) => Object.hasOwn(value, key)),
  anyOf: (schemas, value, _, root) => (schemas as readonly Schema[]).some((schema) => accepts(schema, value, root)),
  not: (schema, value, _, root) => !accepts(schema as Schema, value, root),
  $ref: ($ref, value, _, root) => {
    const name = String($ref).replace('#/definitions/', '')
    return accepts((root['definitions'] as Readonly<Record<string, Schema>>)[name] as Schema, value, root)
  },
  items: (items, value, _, root) =>
    !Array.isArray(value) ||
    value.every((item, index) => {
      const schema = Array.isArray(items) ? (items as readonly Schema[])[index] : (items as Schema)
      return schema === undefined || accepts(schema, item, root)
    }),
  additionalItems: (schema, value, whole, root) =>
    !Array.isArray(value) ||
    value.slice((whole['items'] as readonly unknown[]).length).every((item) => accepts(schema as Schema, item, root)),
  propertyNames: (schema, value, _, root) =>
    !isObject(value) || Object.keys(value).every((key) => accepts(schema as Schema, key, root)),
  properties: (schemas, value, _, root) =>
    !isObject(value) ||
    Object.entries(schemas as Readonly<Record<string, Schema>>).every(
      ([key, schema]) => !Object.hasOwn(value, key) || accepts(schema, value[key], root),
    ),
  patternProperties: (schemas, value, _, root) =>
    !isObject(value) ||
    Object.entries(schemas as Readonly<Record<string, Schema>>).every(([pattern, schema]) =>
      Object.entries(value).every(([key, part]) => !new RegExp(pattern, 'u').test(key) || accepts(schema, part, root)),
    ),
  additionalProperties: (schema, value, whole, root) => {
    if (!isObject(value)) return true
    const known = Object.keys(whole['properties'] ?? {})
    const patterns = Object.keys(whole['patternProperties'] ?? {})
    return Object.entries(value).every(
      ([key, part]) =>
        known.includes(key) ||
        patterns.some((pattern) => new RegExp(pattern, 'u').test(key)) ||
        (schema !== false && accepts(schema as Schema, part, root)),
    )
  },
}

/** Tells whether a value is valid. @param root the whole schema, for its definitions @throws at an unknown keyword */
export function accepts(schema: Schema, value: unknown, root: Schema): boolean {
  return Object.entries(schema).every(([keyword, argument]) => {
    if (SPOKEN.has(keyword)) return true
    const judge = KEYWORDS[keyword]
    if (judge === undefined) throw new Error(`the schema says "${keyword}", which nobody checks here`)
    return judge(argument, value, schema, root)
  })
}

/** Checks all keywords of a schema, also in parts that no value reaches. @throws at an unknown keyword */
export function checkKeywords(schema: unknown): void {
  if (Array.isArray(schema)) for (const each of schema) checkKeywords(each)
  if (!isObject(schema)) return
  for (const [keyword, argument] of Object.entries(schema)) {
    if (!SPOKEN.has(keyword) && !Object.hasOwn(KEYWORDS, keyword)) throw new Error(`unknown keyword "${keyword}"`)
    const isNamed = ['properties', 'patternProperties', 'definitions'].includes(keyword)
    if (isNamed) for (const each of Object.values(argument as object)) checkKeywords(each)
    else if (!['enum', 'const', 'examples', 'required'].includes(keyword)) checkKeywords(argument)
  }
}
