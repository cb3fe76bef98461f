/** Each key of a compose file takes the types of the schema; any other type is refused in one sentence, with its place. */
import test from 'ava'
import { SERVICE_KEYS, TOP_KEYS } from '../../src/import/compose-keys.ts'
import { SERVICE_SHAPES, TOP_SHAPES } from '../../src/import/compose-shapes.ts'
import type { Fields, Shape } from '../../src/import/shape.ts'
import { readForeign } from '../../src/import/import.ts'
import type { ImportPorts } from '../../src/import/ports.ts'
import { describeRemark } from '../../src/import/remark.ts'

/** A disk with this file alone. */
function portsOf(text: string): ImportPorts {
  return {
    disk: {
      readManifestFile: (path) => (path === 'c.yaml' ? Promise.resolve(text) : Promise.reject(new Error('no file'))),
      directoryOf: () => '/shop',
      resolvePath: (directory, path) => (path.startsWith('/') ? path : `${directory}/${path}`),
      lookAtPath: () => Promise.resolve({ kind: 'absent' }),
      replaceFile: () => Promise.reject(new Error('nothing is written here')),
    },
    cwd: '/shop',
    env: {},
    terminal: { complain: () => undefined } as unknown as ImportPorts['terminal'],
  }
}

async function refusalsOf(text: string): Promise<readonly string[]> {
  const wish = { paths: ['c.yaml'], profiles: [], name: undefined, volumes: 'claims' } as const
  return (await readForeign(wish, portsOf(text))).refused.map(describeRemark)
}

/** Values of each type, as flow. */
const VALUES = { text: 'abc', list: '[[[]]]', map: '{x-a: abc}' } as const

/** Whether a value of this type fits; `abc` is a text, and no number, boolean, duration or mode. */
function fits(shape: Shape, type: keyof typeof VALUES): boolean {
  if (shape.open === true) return true
  if (type === 'text') return shape.word === 'text'
  if (type === 'list') return shape.items !== undefined && fits(shape.items, 'list')
  return shape.fields !== undefined || (shape.values !== undefined && fits(shape.values, 'text'))
}

/** Makes a file for each key at any depth, with the value `%` below it. */
function* walk(fields: Fields, open: string, close: string, path: string): Generator<[string, Shape, string]> {
  for (const [key, shape] of Object.entries(fields)) {
    const name = path === '' ? key : `${path}.${key}`
    yield [name, shape, `${open}${key}: %${close}`]
    const inner = shape.fields ?? shape.values?.fields
    const isNamed = shape.fields === undefined
    if (inner !== undefined) {
      yield* walk(
        inner,
        `${open}${key}: {${isNamed ? 'n: {' : ''}`,
        `${isNamed ? '}' : ''}}${close}`,
        isNamed ? `${name}.n` : name,
      )
    } else if (shape.items?.fields !== undefined) {
      yield* walk(shape.items.fields, `${open}${key}: [{`, `}]${close}`, name)
    }
  }
}

const CASES = [
  ...[...walk(SERVICE_SHAPES, '', '', '')].map(([name, shape, text]) => {
    const image = name === 'image' ? '' : 'image: x, '
    return { name, shape, text: `services: {a: {${image}${text}}}`, about: 'service "a": ' }
  }),
  ...[...walk(TOP_SHAPES, '', '', '')].map(([name, shape, text]) => {
    return { name, shape, text: `services: {a: {image: x}}\n${text}\n`, about: '' }
  }),
]

test('each key of a service and of the file has a shape', (t) => {
  t.deepEqual(Object.keys(SERVICE_SHAPES).toSorted(), [...SERVICE_KEYS].toSorted())
  t.deepEqual([...Object.keys(TOP_SHAPES), 'services'].toSorted(), [...TOP_KEYS].toSorted())
  t.true(CASES.length > 200, String(CASES.length))
})

for (const type of ['text', 'list', 'map'] as const) {
  test(`a ${type} where the schema has none is refused`, async (t) => {
    for (const { name, shape, text, about } of CASES) {
      if (fits(shape, type)) continue
      const refusals = await refusalsOf(text.replace('%', VALUES[type]))
      const own = refusals.filter((refusal) => refusal.includes(`${about}${name} is `) || refusal.includes(`${about}an item of ${name} is `) || refusal.includes(`${about}${name}.x-a is `)) // prettier-ignore
      t.is(own.length, 1, `${name}: ${VALUES[type]}\n${refusals.join('\n')}`)
      t.regex(own[0] ?? '', /^c\.yaml:\d+:\d+: [^;]+; [^;]+$/)
    }
  })
}

const SAYS: readonly (readonly [service: string, ...says: readonly string[]])[] = [
  ['ports: {a: b}', 'ports is a map, not a list; write a list: [a, b], or a dash before each item'],
  ['ports: [[80]]', 'an item of ports is a list, not a text or a map; write it as one text, in quotes'],
  ['ports: ["abc:80"]', '"abc:80" is not a port; write it as 8080:80, 80 or 127.0.0.1:8080:80/udp'],
  ['cap_add: SYS_ADMIN', 'cap_add is text, not a list; write a list: [a, b], or a dash before each item'],
  [
    'healthcheck: [CMD, x]',
    'healthcheck is a list, not a map; write a map: {key: value}, or a key and a colon on each line',
  ],
  ['healthcheck: {test: x, retries: often}', 'healthcheck.retries is "often", which is not a number; write a number'],
  ['healthcheck: {test: x, start_period: soon}', 'healthcheck.start_period is "soon", which is not a duration; write it as 10s or 1m30s'], // prettier-ignore
  ['healthcheck: {test: x, intervall: 5s}', 'unknown key "intervall" in healthcheck; did you mean "interval"?'],
  ['deploy: {resources: {limits: {ram: 1g}}}', 'unknown key "ram" in deploy.resources.limits; remove it; docker compose does not know it either'], // prettier-ignore
  ['tty: maybe', 'tty is "maybe", which is neither true nor false; write one of them'],
  ['image: [x]', 'image is a list, not a text; write one text'],
  ['secrets: [{source: s, mode: rw}]', 'secrets.mode is "rw", which is not a mode of a file; write it as 0440'],
  ['environment: A=b', 'environment is text, not a list or a map; write a list: [a, b], or a dash before each item'],
]

test('what is said of a wrong type', async (t) => {
  for (const [service, ...says] of SAYS) {
    const image = service.startsWith('image') ? '' : 'image: x, '
    const refusals = await refusalsOf(`services: {a: {${image}${service}}}\nsecrets: {s: {file: f}}\n`)
    t.deepEqual(
      refusals.map((refusal) => refusal.replace(/^.*service "a": /, '')),
      says,
    )
  }
})

test('what is empty, or of a variable that is not set, fits each key', async (t) => {
  for (const { name, text } of CASES) {
    if (['image', 'services'].includes(name)) continue
    for (const value of ['', '"${NO}"']) {
      const refusals = await refusalsOf(text.replace('%', value))
      t.deepEqual(
        refusals.filter((refusal) => refusal.includes(`${name} is `)),
        [],
        name,
      )
    }
  }
})

test('a file without any service says so', async (t) => {
  for (const text of ['services:', 'services: {}', 'services: ""']) {
    t.deepEqual(await refusalsOf(`${text}\n`), [
      'c.yaml:1:1: there are no services in it; write "services:" with at least one',
    ])
  }
})
