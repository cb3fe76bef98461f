/** The JSON schemas in docs/: they are what scripts/schemas.ts makes, and what they accept podorder accepts. */
import test from 'ava'
import * as fc from 'fast-check'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { listSignalNames } from '../src/base/signal-names.ts'
import { CONDITION_NAMES, SYNONYMS } from '../src/order/conditions.ts'
import { DEPENDENCY_OPTIONS } from '../src/order/depends-on.ts'
import { OPTION_KEYS } from '../src/order/options.ts'
import { makeAnnotationsSchema, type Schema, SCHEMAS, writeSchema } from '../scripts/schemas.ts'
import { makeRunEventSchema } from '../scripts/run-event-schema.ts'
import { readManifest } from '../src/manifest/yaml.io.ts'
import { accepts, checkKeywords } from './support/json-schema.ts'
import { readOrderOf } from './support/order-reading.ts'
import { writePod } from './support/podorder.ts'
import { fieldsOf, readTable, sortOnce } from './support/reference.ts'

const DOCS = new URL('../docs/', import.meta.url)
const SCHEMA = makeAnnotationsSchema()
const definitionOf = (name: string): Schema => (SCHEMA['definitions'] as Readonly<Record<string, Schema>>)[name] ?? {}

for (const [file, make] of Object.entries(SCHEMAS)) {
  test(`docs/${file} is what scripts/schemas.ts writes, in words that are checked here`, (t) => {
    t.deepEqual(JSON.parse(readFileSync(new URL(file, DOCS), 'utf8')), JSON.parse(writeSchema(make())))
    t.notThrows(() => checkKeywords(make()))
  })
}

const DURATIONS = [
  '30s',
  '1h30m',
  '500ms',
  '1.5h',
  '10ms',
  '9ms',
  '0s',
  '0',
  '0ms',
  '0.5s',
  '5',
  '-1s',
  '',
  '1d',
  '99999h',
]
const word = fc.oneof(
  fc.constantFrom(...CONDITION_NAMES, ...SYNONYMS, 'open', 'Ready', 'up', ''),
  fc.constantFrom(...DURATIONS),
  fc.string({ maxLength: 6 }),
)
const anything = fc.oneof(word, fc.boolean(), fc.integer(), fc.constant(null), fc.constant([]), fc.constant({}))
const target = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('c0', 'c1', 'c2') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        'pod/db',
        'pod/shop/db',
        'pod/-lapp=db,tier in (a, b)',
        'pod/shop/-lapp',
        'pod/',
        'pod/-l',
        'pod/A',
        'pod/a/b/c',
      ],
      ...['job/m', 'job/m.n', 'job/shop/m', 'service/mail', 'sidecar/proxy', 'sidecar/', 'pods/db', 'file:x', 'exec:x'],
      ...['tcp://broker:5672', 'tcp://broker', 'tcp://:1', 'tcp://broker:0', 'tcp://10.0.0.1:65535', 'tcp://a_b:1'],
      ...['http://api/', 'http://api:8080/healthz', 'http://', 'https://api', 'https://api:99999/'],
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^(?:pod|job|service|sidecar|tcp:\/|http:\/)\/[-a-z0-9.:/=]{0,9}$/) },
)
/** Mostly what it should be, so that much is accepted. */
const or = (likely: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 24, arbitrary: likely }, { weight: 1, arbitrary: anything })
const duration = or(fc.constantFrom(...DURATIONS.slice(0, 5)))
const condition = or(fc.constantFrom(...CONDITION_NAMES, ...SYNONYMS, 'open'))
const terms = fc.record(
  {
    condition,
    timeout: duration,
    optional: or(fc.boolean()),
    required: or(fc.boolean()),
    restart: or(fc.constant(true)),
    restartAfter: duration,
    absent: or(fc.constantFrom('waiting', 'completed')),
    more: anything,
  },
  { requiredKeys: [] },
)
const targets = fc.oneof(
  fc.dictionary(target, fc.oneof(condition, terms), { maxKeys: 3 }),
  fc.array(fc.oneof({ weight: 9, arbitrary: target }, { weight: 1, arbitrary: anything }), { maxLength: 3 }),
  target,
  anything,
)

const NAMES = ['c0', 'c1', 'c2', 'c3']
const readAnnotations = (annotations: Readonly<Record<string, string>>) =>
  readOrderOf(
    readManifest(writePod({ annotations, containers: Object.fromEntries(NAMES.map((name) => [name, 'true'])) }))
      .documents,
  )

/** @returns how many values the schema took, and how many it did not */
function compare(
  values: fc.Arbitrary<unknown>,
  take: (value: unknown) => boolean,
  annotate: (text: string) => Record<string, string>,
) {
  const seen = { taken: 0, refused: 0, narrower: 0 }
  fc.assert(
    fc.property(values, (value) => {
      const all = readAnnotations(annotate(JSON.stringify(value))).faults
      // Whether there is such a container is not a matter of form.
      const faults = all.filter(({ what }) => !/^unknown container|is ordered itself/.test(what))
      if (take(value)) {
        seen.taken++
        if (faults.length > 0) throw new Error(JSON.stringify([value, faults]))
      } else if (all.length === 0) seen.narrower++
      else seen.refused++
    }),
    { numRuns: 3000 },
  )
  return seen
}

test('property: the reader takes every order that the schema takes', (t) => {
  const schema = definitionOf('depends-on')
  const seen = compare(
    targets.map((each) => ({ c3: each })),
    (value) => accepts(schema, value, SCHEMA),
    (text) => ({ 'depends-on': text }),
  )
  t.true(seen.taken > 500 && seen.refused > 300, JSON.stringify(seen))
  // What the reader takes and the schema does not is odd: `timeout: .5h`.
  t.true(seen.narrower < seen.taken / 10, JSON.stringify(seen))
  t.log(JSON.stringify(seen))
})

const options = fc.record(
  {
    ...{ retries: or(fc.nat({ max: 9 })), retryDelay: duration, retryMaxDelay: duration, timeout: duration },
    ...{ onError: or(fc.constantFrom('continue', 'stopAndFail')), stopGracePeriod: duration },
    ...{ stopSignal: or(fc.constantFrom(...listSignalNames(), 'SIGRTMIN+3', 'SIGRTMAX-30', 'SIGRTMIN+31')) },
    ...{ quiet: or(fc.boolean()), logFormat: or(fc.constantFrom('text', 'json')), exec: or(fc.boolean()) },
    ...{ probeEvery: duration, command: or(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 })) },
  },
  { requiredKeys: [] },
)

const without = (options: object, name: string): object =>
  Object.fromEntries(Object.entries(options).filter(([key]) => key !== name))

test('property: the reader takes all options that the schema takes', (t) => {
  const schema = definitionOf('options')
  const seen = compare(
    fc.oneof(
      { weight: 9, arbitrary: options.map((each) => ({ c3: each })) },
      { weight: 3, arbitrary: options.map((each) => ({ '*': without(each, 'command') })) },
      { weight: 1, arbitrary: anything.map((each) => ({ c0: each })) },
      { weight: 1, arbitrary: options.map((each) => ({ '*': each })) },
    ),
    (value) => accepts(schema, value, SCHEMA),
    (text) => ({ 'depends-on': 'c3: c0', options: text }),
  )
  t.true(seen.taken > 300 && seen.refused > 300, JSON.stringify(seen))
  t.log(JSON.stringify(seen))
})

test('every option is in the schema', (t) => {
  const terms = JSON.stringify(definitionOf('depends-on'))
  t.deepEqual(
    DEPENDENCY_OPTIONS.filter((name) => !terms.includes(`"${name}":`)),
    [],
  )
  const { patternProperties } = definitionOf('options') as { readonly patternProperties: object }
  const [own] = Object.values(patternProperties) as { readonly properties: object }[]
  t.deepEqual(sortOnce(Object.keys(own?.properties ?? {})), sortOnce(OPTION_KEYS))
})

const list = (items: fc.Arbitrary<string>) =>
  fc
    .uniqueArray(items, { minLength: 1, maxLength: 3 })
    .chain((names) => fc.constantFrom(names.join(','), names.join(', '), names.join(' '), ` ${names.join(' , ')} `))

test('property: the reader takes the annotations that the schema takes', (t) => {
  const seen = { taken: 0, refused: 0 }
  const values = fc.record(
    {
      steps: fc.oneof(fc.constantFrom('*', ' * ', '*, c0'), list(fc.constantFrom(...NAMES))),
      main: list(fc.constantFrom('c3', 'c2', 'c1')),
      'stop-order': fc.constantFrom('reverse', 'together', 'backwards'),
      'wait-timeout': fc.constantFrom(...DURATIONS),
      inject: fc.constantFrom('enabled', 'disabled'),
      'command.c0': fc.constant('["true"]'),
      stop: fc.constant('x'),
    },
    { requiredKeys: ['steps'] },
  )
  fc.assert(
    fc.property(values, (said) => {
      const annotations = Object.fromEntries(Object.entries(said).map(([name, text]) => [`podorder.io/${name}`, text]))
      const isTaken = accepts(SCHEMA, { ...annotations, 'example.com/other': 'x' }, SCHEMA)
      const { faults } = readAnnotations(said)
      if (isTaken) seen.taken++
      else seen.refused++
      // Of one alone in steps and main nothing is ordered, or what is ordered would be stopped at once: that is no matter of form.
      const ofForm = faults.filter(({ what }) => /unknown|bad|missing|commas|cannot be among|not text/.test(what))
      if (isTaken) t.deepEqual(ofForm, [], JSON.stringify(said))
    }),
    { numRuns: 2000 },
  )
  t.true(seen.taken > 50 && seen.refused > 50, JSON.stringify(seen))
})

test('the schema takes every order of the examples', (t) => {
  const files = globSync(fileURLToPath(new URL('../examples/*/*.yaml', import.meta.url)))
  const orders = files.flatMap((file) =>
    readManifest(readFileSync(file, 'utf8')).documents.flatMap(({ value }) => {
      const { metadata } = value as { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } }
      return metadata?.annotations === undefined ? [] : [metadata.annotations]
    }),
  )
  t.true(orders.length > 3)
  for (const annotations of orders) {
    t.true(accepts(SCHEMA, annotations, SCHEMA), JSON.stringify(annotations))
    const text = annotations['podorder.io/depends-on']
    if (text === undefined) continue
    const [document] = readManifest(text).documents
    t.true(accepts(definitionOf('depends-on'), document?.value, SCHEMA), text)
  }
})

test('the schema of events has the events of docs/reference.md, each with its fields', (t) => {
  const events = makeRunEventSchema()['anyOf'] as readonly {
    readonly required: readonly string[]
    readonly properties: Readonly<Record<string, { readonly const?: string }>>
  }[]
  const told = readTable('Events of a run')
  t.deepEqual(
    events.map(({ properties }) => properties['event']?.const ?? ''),
    told.flatMap(({ event = '' }) => event.split(', ')),
  )
  const common = new Set(['at', 'event', 'container'])
  for (const [index, { required, properties }] of events.entries()) {
    const fields = fieldsOf(told[index]?.['further fields'] ?? '')
    t.deepEqual(
      sortOnce(Object.keys(properties).filter((name) => !common.has(name))),
      sortOnce(fields.map(({ name }) => name)),
    )
    t.deepEqual(
      sortOnce(required.filter((name) => !common.has(name))),
      sortOnce(fields.flatMap(({ name, optional }) => (optional ? [] : [name]))),
    )
  }
})
