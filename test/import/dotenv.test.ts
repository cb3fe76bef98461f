import test from 'ava'
import * as fc from 'fast-check'
import { readDotenv } from '../../src/import/dotenv.ts'

const lookup = (name: string): string | undefined => (name === 'OUT' ? 'out' : undefined)

/** The rules are those of compose-go, package dotenv. */
const ROWS: readonly (readonly [text: string, variables: Readonly<Record<string, string>>])[] = [
  ['', {}],
  ['A=x', { A: 'x' }],
  ['A = x ', { A: 'x' }],
  ['A: x', { A: 'x' }],
  ['export A=x\r\nB=y\r\n', { A: 'x', B: 'y' }],
  ['# c\n\n  # d\nA=x', { A: 'x' }],
  ['A=', { A: '' }],
  ['A=a#b', { A: 'a#b' }],
  ['A=#b', { A: '#b' }],
  ['A=a #b', { A: 'a' }],
  ['A=a\t# b', { A: 'a' }],
  ['A= # b', { A: '' }],
  ['A="a #b" # c', { A: 'a #b' }],
  ["A='a #b' # c", { A: 'a #b' }],
  ['A="a\nb"\nB=c', { A: 'a\nb', B: 'c' }],
  ['A="a\\nb\\"c\\\\d"', { A: 'a\nb"c\\d' }],
  ["A='it\\'s \\n'", { A: "it's \\n" }],
  ['A=x\nB=${A}y', { A: 'x', B: 'xy' }],
  ['A=x\nB="${A}y"', { A: 'x', B: 'xy' }],
  ["A=x\nB='${A}y'", { A: 'x', B: '${A}y' }],
  ['A=${NO:-d}\nB=$OUT', { A: 'd', B: 'out' }],
  ['OUT=in\nB=${OUT}', { OUT: 'in', B: 'out' }],
  ['A=$$x', { A: '$x' }],
  ['A="\\$x"', { A: '$x' }],
  ['A=1\nA=2\nB=$A', { A: '2', B: '2' }],
  ['OUT\nNO', { OUT: 'out' }],
  ['OUT # c', { OUT: 'out' }],
  ['A="open', { A: '"open' }],
  ['A=it\'s "x"', { A: 'it\'s "x"' }],
  ['A=$(date)', { A: '$(date)' }],
  ['no variable\nA=x', { A: 'x' }],
  ['\uFEFFA=x', { A: 'x' }],
]

for (const [text, variables] of ROWS) {
  test(`${JSON.stringify(text)} is ${JSON.stringify(variables)}`, (t) => {
    t.deepEqual(Object.fromEntries(readDotenv(text, lookup)), variables)
  })
}

test('variables of files before this one count, and are not said again', (t) => {
  t.deepEqual([...readDotenv('B=$A', lookup, new Map([['A', 'x']]))], [['B', 'x']])
})

test('any text is read to its end', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('A', '=', '"', "'", '\\', '\n', ' ', '#', '$', '{', '}') }), (text) =>
      t.notThrows(() => readDotenv(text, lookup)),
    ),
  )
})
