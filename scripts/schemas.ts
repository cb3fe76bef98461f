/**
 * The JSON schemas in docs/, for editors and for programs that read podorder's output. They are made from the tables with which
 * annotations are read. `npm run schemas` writes them, and a test compares them. They use draft 7, which editors support.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { listSignalNames } from '../src/base/signal-names.ts'
import { ABSENCES } from '../src/kube/target.ts'
import { OBJECT_KINDS, SIDECAR_PREFIX, TARGET_KINDS } from '../src/kube/kinds.ts'
import type { ConditionWord } from '../src/order/outside-target.ts'
import { CONDITION_NAMES, CONDITIONS, isOfEnd } from '../src/order/conditions.ts'
import { OPTION_FORMS, OPTION_KEYS } from '../src/order/options.ts'
import * as names from '../src/pod/annotation-names.ts'
import { makeRunEventSchema } from './run-event-schema.ts'

export type Schema = { readonly [keyword: string]: unknown }

const DRAFT = 'http://json-schema.org/draft-07/schema#'
const CONTAINER = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?'
const SUBDOMAIN = '[a-z0-9](?:[-a-z0-9]{0,40}[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]{0,40}[a-z0-9])?){0,4}'
const SELECTOR = '-l[A-Za-z0-9][-A-Za-z0-9_./=!, ()]*'
const OBJECT = `(?:(?:${CONTAINER}/)?${SUBDOMAIN}|(?:${CONTAINER}/)?${SELECTOR})`
const HOST = '[A-Za-z0-9](?:[-A-Za-z0-9]{0,40}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[-A-Za-z0-9]{0,40}[A-Za-z0-9])?){0,4}'
const PORT = '(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'

/** The usual forms of durations. 0 is valid only for DURATION_OR_NONE. */
const PARTS = '(?:[0-9]{1,5}ms|[0-9]{1,5}(?:\\.[0-9])?(?:s|m|h))+'
const DURATION = { type: 'string', pattern: `^(?=.*[1-9])${PARTS}$`, examples: ['500ms', '30s', '5m', '1h30m'] }
const DURATION_OR_NONE = { ...DURATION, pattern: `^${PARTS}$` }
const FROM_10_MS = {
  ...DURATION,
  pattern: '^(?:[1-9][0-9]{1,4}ms|(?=.*[1-9])(?:[0-9]{1,5}(?:\\.[0-9])?(?:s|m|h))+)$',
}

/** The form of the text after the prefix of a target. */
const FORMS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(OBJECT_KINDS.map((kind) => [`${kind}/`, OBJECT])),
  [SIDECAR_PREFIX]: CONTAINER,
  'tcp://': `${HOST}:${PORT}`,
  'http://': `${HOST}(?::${PORT})?(?:/[-A-Za-z0-9_./]*)?`,
  'https://': `${HOST}(?::${PORT})?(?:/[-A-Za-z0-9_./]*)?`,
}

/** The targets of a gate. @throws for a kind whose form is unknown here */
const TARGETS = TARGET_KINDS.flatMap(({ prefix, conditions }) => {
  if (conditions === undefined) return []
  const form = FORMS[prefix]
  if (form === undefined) throw new Error(`say in scripts/schemas.ts what follows ${prefix}`)
  return [{ prefix, conditions, pattern: `${prefix}${form}` }]
})

/** Lists the words of conditions, those of other platforms included. */
function spell(said: readonly ConditionWord[]): readonly string[] {
  return said.flatMap((name) => [
    name,
    ...CONDITION_NAMES.flatMap((known) => (known === name ? CONDITIONS[known].synonyms : [])),
  ])
}

const isEnd = (name: ConditionWord): boolean => CONDITION_NAMES.some((known) => known === name && isOfEnd(known))

/**
 * Makes the schema for the value of a target: a condition, or a condition with options.
 * @param said the allowed conditions; the first is the default
 * @param mayBeAbsent whether the option `absent` is allowed, which says how to treat an object that does not exist
 */
function makeTerms(said: readonly ConditionWord[], mayBeAbsent = false): Schema {
  const life = said.filter((name) => !isEnd(name))
  const ends = said.filter(isEnd)
  const common = { timeout: { $ref: '#/definitions/duration' }, optional: BOOLEAN, required: BOOLEAN }
  const object = (properties: Schema, more: Schema = {}) => ({
    ...{ type: 'object', minProperties: 1, additionalProperties: false, properties: { ...properties, ...common } },
    ...more,
  })
  const isNatural = (of: readonly ConditionWord[]): Schema =>
    of.includes(said[0] as never) ? {} : { required: ['condition'] }
  const ofLife = object(
    { condition: { enum: spell(life) }, restart: BOOLEAN, restartAfter: { $ref: '#/definitions/duration' } },
    {
      ...isNatural(life),
      anyOf: [
        { not: { required: ['restartAfter'] } },
        { required: ['restart'], properties: { restart: { const: true } } },
      ],
    },
  )
  // These conditions cannot become false again, so they have no option `restart`.
  const ofEnds = object(
    {
      condition: { enum: spell(ends) },
      restart: { const: false },
      ...(mayBeAbsent ? { absent: { enum: ABSENCES } } : {}),
    },
    isNatural(ends),
  )
  return {
    anyOf: [{ enum: spell(said) }, ...(life.length > 0 ? [ofLife] : []), ...(ends.length > 0 ? [ofEnds] : [])],
  }
}

const BOOLEAN = { type: 'boolean' }

function makeDependsOn(): Schema {
  const words = [CONTAINER, ...TARGETS.map(({ pattern }) => pattern)]
  const target = { type: 'string', pattern: `^(?:${words.join('|')})$` }
  return {
    description: 'Container: what it starts after. A map of targets to conditions, a list of targets, or one target.',
    type: 'object',
    minProperties: 1,
    propertyNames: { pattern: `^${CONTAINER}$` },
    additionalProperties: {
      anyOf: [
        target,
        { type: 'array', minItems: 1, uniqueItems: true, items: target },
        {
          ...{ type: 'object', minProperties: 1, additionalProperties: false },
          patternProperties: {
            [`^${CONTAINER}$`]: makeTerms(['ready', ...CONDITION_NAMES.filter((name) => name !== 'ready')]),
            ...Object.fromEntries(
              TARGETS.map(({ prefix, conditions, pattern }) => [
                `^${pattern}$`,
                makeTerms(conditions, prefix === 'job/'),
              ]),
            ),
          },
        },
      ],
    },
    examples: [{ web: { db: 'ready', 'service/mail': { condition: 'ready', timeout: '2m', optional: true } } }],
  }
}

function makeOption(name: keyof typeof OPTION_FORMS): Schema {
  const form = OPTION_FORMS[name]
  switch (form.kind) {
    case 'count':
      return { type: 'integer', minimum: 0, maximum: 999_999_999 }
    case 'duration':
      return form.leastMs === 0 ? DURATION_OR_NONE : form.leastMs > 1 ? FROM_10_MS : { $ref: '#/definitions/duration' }
    case 'choice':
      return { enum: form.choices }
    case 'switch':
      return BOOLEAN
    case 'signal':
      return {
        anyOf: [
          { enum: listSignalNames() },
          { type: 'string', pattern: '^SIGRTM(?:IN\\+|AX-)(?:[1-9]|[12][0-9]|30)$' },
        ],
      }
    case 'words':
      return { $ref: '#/definitions/command' }
  }
}

function makeOptions(): Schema {
  const said = (keys: readonly (typeof OPTION_KEYS)[number][]): Schema => ({
    ...{ type: 'object', minProperties: 1, additionalProperties: false },
    properties: Object.fromEntries(keys.map((key) => [key, makeOption(key)])),
  })
  return {
    description: 'Container, or * for all: its own options.',
    type: 'object',
    additionalProperties: false,
    properties: { '*': said(OPTION_KEYS.filter((key) => key !== 'command')) },
    patternProperties: { [`^${CONTAINER}$`]: said(OPTION_KEYS) },
    examples: [{ web: { retries: 3, stopGracePeriod: '20s' } }],
  }
}

/** Makes the schema of the annotations, which are texts. `definitions` has the schemas of the content of the texts. */
export function makeAnnotationsSchema(): Schema {
  const list = `^\\s*${CONTAINER}\\s*(?:,\\s*${CONTAINER}\\s*)*$`
  const yaml = (name: string, $ref: string): Schema => ({
    [name]: { type: 'string', contentMediaType: 'application/yaml', contentSchema: { $ref }, pattern: '\\S' },
  })
  const json = {
    type: 'string',
    contentMediaType: 'application/json',
    contentSchema: { $ref: '#/definitions/command' },
  }
  const written = { type: 'string', description: 'Written by podorder.' }
  return {
    $schema: DRAFT,
    title: 'The annotations of podorder, and in definitions what their texts say',
    type: 'object',
    properties: {
      ...yaml(names.DEPENDS_ON, '#/definitions/depends-on'),
      [names.STEPS]: { type: 'string', pattern: `^\\s*\\*\\s*$|${list}` },
      [names.MAIN]: { type: 'string', pattern: list },
      [`${names.PREFIX}stop-order`]: { enum: ['reverse', 'together'] },
      [`${names.PREFIX}wait-timeout`]: { $ref: '#/definitions/duration' },
      ...yaml(names.CONTAINER_OPTIONS, '#/definitions/options'),
      [names.INJECT]: { enum: ['enabled', 'disabled'] },
      ...Object.fromEntries([names.ORIGINAL, names.READY, names.FAILED, names.NUDGE].map((name) => [name, written])),
    },
    patternProperties: { [`^${names.PREFIX.replace('.', '\\.')}command\\.${CONTAINER}$`]: json },
    // An unknown name after podorder's prefix is a mistake. Annotations with other prefixes are allowed.
    propertyNames: {
      anyOf: [
        { not: { pattern: `^${names.PREFIX.replace('.', '\\.')}` } },
        {
          enum: [
            'depends-on',
            'steps',
            'main',
            'stop-order',
            'wait-timeout',
            'options',
            'inject',
            'original',
            'ready',
            'failed',
            'nudge',
          ].map((name) => `${names.PREFIX}${name}`),
        },
        { pattern: `^${names.PREFIX.replace('.', '\\.')}command\\.${CONTAINER}$` },
      ],
    },
    definitions: {
      duration: DURATION,
      command: {
        ...{
          type: 'array',
          minItems: 1,
          items: [{ type: 'string', minLength: 1 }],
          additionalItems: { type: 'string' },
        },
        examples: [['/bin/app', '--serve']],
      },
      'depends-on': makeDependsOn(),
      options: makeOptions(),
    },
  }
}

/** The schemas by their file. */
export const SCHEMAS: Readonly<Record<string, () => Schema>> = {
  'annotations.schema.json': makeAnnotationsSchema,
  'run-events.schema.json': makeRunEventSchema,
}

export function writeSchema(schema: Schema): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

if (import.meta.main) {
  for (const [file, make] of Object.entries(SCHEMAS)) {
    writeFileSync(fileURLToPath(new URL(`../docs/${file}`, import.meta.url)), writeSchema(make()))
  }
}
