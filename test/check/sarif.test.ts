/** The shape that SARIF 2.1.0 asks for (OASIS, sections 3.13 to 3.52), and what code scanning reads of it. */
import test from 'ava'
import { formatSarif } from '../../src/check/sarif.ts'
import { version } from '../../src/base/version.ts'
import { check } from '../support/check.ts'

interface Text {
  readonly text: string
}

interface Log {
  readonly $schema: string
  readonly version: string
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: string
        readonly version: string
        readonly rules: readonly {
          readonly id: string
          readonly shortDescription: Text
          readonly fullDescription: Text
          readonly help: Text
        }[]
      }
    }
    readonly columnKind: string
    readonly results: readonly {
      readonly ruleId: string
      readonly ruleIndex: number
      readonly level: string
      readonly message: Text
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string }
          readonly region: { readonly startLine: number; readonly startColumn: number }
        }
      }[]
      readonly partialFingerprints: Readonly<Record<string, string>>
    }[]
  }[]
}

const RULES = [
  { id: 'first', summary: 'one thing', help: 'Why.' },
  { id: 'second', summary: 'another', help: 'Why not.' },
]

const resultOf = (file: string, line = 1, message = 'm') =>
  ({ rule: 'second', level: 'warning', file, at: { line, column: 2 }, message }) as const

const read = (text: string): Log => JSON.parse(text) as Log

test('a log says what it is, names its tool, and lists each rule once', (t) => {
  const log = read(formatSarif(RULES, []))
  t.is(log.version, '2.1.0')
  t.true(URL.canParse(log.$schema))
  t.is(log.runs.length, 1)
  const [run] = log.runs
  t.like(run?.tool.driver, { name: 'podorder', version })
  t.is(run?.columnKind, 'utf16CodeUnits')
  t.deepEqual(run?.results, [], 'no result is told from not having looked')
  t.deepEqual(
    run?.tool.driver.rules.map(({ id }) => id),
    ['first', 'second'],
  )
})

test('what a real manifest gets is a log whose every part is as it must be', async (t) => {
  const pod =
    'kind: Pod\nmetadata: {name: p, annotations: {podorder.io/steps: "a, b, 😀"}}\nspec: {containers: [{name: a}]}\n'
  const { stdout, code } = await check('in.yaml', `${pod}---\n${pod}`, { format: 'sarif' })
  t.is(code, 1)
  const [run] = read(stdout).runs
  const { rules } = run?.tool.driver ?? { rules: [] }
  t.true(rules.length > 10)
  for (const { id, shortDescription, fullDescription, help } of rules) {
    t.regex(id, /^[a-z]+(?:-[a-z]+)*$/)
    for (const { text } of [shortDescription, fullDescription, help]) t.regex(text, /^[A-Za-z].*\.$/s)
  }
  t.is(new Set(rules.map(({ id }) => id)).size, rules.length)
  const results = run?.results ?? []
  t.true(results.length >= 4)
  for (const { ruleId, ruleIndex, level, message, locations, partialFingerprints } of results) {
    t.is(rules[ruleIndex]?.id, ruleId)
    t.true(['error', 'warning', 'note', 'none'].includes(level))
    t.true(message.text.length > 0)
    t.is(locations.length, 1)
    const { artifactLocation, region } = locations[0]?.physicalLocation ?? {}
    t.is(artifactLocation?.uri, 'in.yaml')
    for (const at of [region?.startLine, region?.startColumn]) t.true(Number.isInteger(at) && Number(at) >= 1)
    t.true(Object.values(partialFingerprints).every((print) => typeof print === 'string'))
  }
  const prints = results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints))
  t.is(new Set(prints).size, prints.length, 'each is told from the others, also where two pods have the same fault')
})

test('the fingerprint stays when the finding moves to another line', (t) => {
  const printOf = (line: number) =>
    read(formatSarif(RULES, [resultOf('a', line)])).runs[0]?.results[0]?.partialFingerprints
  t.deepEqual(printOf(1), printOf(100))
})

for (const [file, uri] of [
  ['./app.yaml', 'app.yaml'],
  ['.//a/b.yaml', 'a/b.yaml'],
  ['../a b/ü#?.yaml', '../a%20b/%C3%BC%23%3F.yaml'],
  ['c:d.yaml', 'c%3Ad.yaml'],
  ['k8s\\app.yaml', 'k8s/app.yaml'],
  ['/srv/a b.yaml', 'file:///srv/a%20b.yaml'],
] as const) {
  test(`a file is named by a URI: ${file}`, (t) => {
    const [result] = read(formatSarif(RULES, [resultOf(file)])).runs[0]?.results ?? []
    t.is(result?.locations[0]?.physicalLocation.artifactLocation.uri, uri)
    t.true(URL.canParse(uri, 'file:///repository/'))
  })
}
