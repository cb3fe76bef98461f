import test from 'ava'
import * as fc from 'fast-check'
import { type FlagTable, scanArgv } from '../../src/args/argv.ts'

const TABLE = {
  'wait-file': { kind: 'list', value: 'PATH', help: '' },
  timeout: { kind: 'value', value: 'D', help: '' },
  hold: { kind: 'switch', help: '' },
} as const satisfies FlagTable

/** What was said, as plain data. */
function scan(...argv: readonly string[]) {
  const scanned = scanArgv(argv, TABLE)
  return 'problem' in scanned ? scanned : { ...scanned, values: Object.fromEntries(scanned.values) }
}

const SPELLINGS = [
  ['--wait-file', 'a'],
  ['--wait-file=a'],
  ['--wait_file', 'a'],
  ['--wait_file=a'],
  ['-wait-file', 'a'],
  ['-wait-file=a'],
  ['-wait_file', 'a'],
  ['-wait_file=a'],
]

for (const words of SPELLINGS) {
  test(`${words.join(' ')} is one flag in one of its spellings`, (t) => {
    t.deepEqual(scan(...words, '--', 'true'), { values: { 'wait-file': ['a'] }, words: [], rest: words.length + 1 })
  })
}

test('what is given again is kept, in order', (t) => {
  t.deepEqual(scan('--wait-file', 'a,b', '-wait_file=c'), {
    values: { 'wait-file': ['a,b', 'c'] },
    words: [],
    rest: undefined,
  })
})

const SWITCHES: readonly (readonly [string, string])[] = [
  ['--hold', 'true'],
  ['--hold=true', 'true'],
  ['--hold=T', 'true'],
  ['--hold=1', 'true'],
  ['-hold=false', 'false'],
  ['-hold=0', 'false'],
  ['-hold=F', 'false'],
]

for (const [word, value] of SWITCHES) {
  test(`${word} reads ${value}, as in Go`, (t) => {
    t.like(scan(word), { values: { hold: [value] } })
  })
}

test('a switch does not take the next word', (t) => {
  t.deepEqual(scan('--hold', 'false', '--', 'x'), { values: { hold: ['true'] }, words: ['false'], rest: 3 })
})

test('a value may be empty, hold =, or look like a flag', (t) => {
  t.like(scan('--timeout='), { values: { timeout: [''] } })
  t.like(scan('--timeout=a=b'), { values: { timeout: ['a=b'] } })
  t.like(scan('--timeout', '--hold'), { values: { timeout: ['--hold'] } })
  t.deepEqual(scanArgv(['--timeout', '--'], TABLE), { problem: '--timeout needs a value: --timeout D' })
})

test('flags end at the first word that is none', (t) => {
  t.deepEqual(scan('--hold', 'run', '--hold=no', '--', 'x'), {
    values: { hold: ['true'] },
    words: ['run', '--hold=no'],
    rest: 4,
  })
  t.deepEqual(scan('-', 'x'), { values: {}, words: ['-', 'x'], rest: undefined })
})

const PROBLEMS: readonly (readonly [readonly string[], string])[] = [
  [['--frobnicate'], 'unknown flag --frobnicate'],
  [['--frobnicate=1'], 'unknown flag --frobnicate'],
  [['-wiat_file', 'a'], 'unknown flag -wiat_file; did you mean --wait-file?'],
  [['--time'], 'unknown flag --time'],
  [['---hold'], 'unknown flag ---hold; did you mean --hold?'],
  [['--timeout'], '--timeout needs a value: --timeout D'],
  [['-wait_file'], '-wait_file needs a value: -wait_file PATH'],
  [['--hold=perhaps'], '--hold is either true or false, not "perhaps"'],
  [['--__proto__'], 'unknown flag --__proto__'],
  [['--constructor'], 'unknown flag --constructor'],
]

for (const [argv, problem] of PROBLEMS) {
  test(`${argv.join(' ')}: ${problem}`, (t) => {
    t.deepEqual(scan(...argv), { problem })
  })
}

test('nothing after -- is ever read, whatever it is', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string()), (command) => {
      const scanned = scanArgv(['--hold', '--', ...command], TABLE)
      t.true(!('problem' in scanned) && scanned.rest === 2 && scanned.values.size === 1)
    }),
  )
})

test('any words at all give a reading or a problem', (t) => {
  const word = fc.oneof(fc.string(), fc.constantFrom('--', '-', '--hold', '--timeout', '-wait_file=x', '--hold=no'))
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      const scanned = scanArgv(argv, TABLE)
      if ('problem' in scanned) t.true(scanned.problem.length > 0)
      else t.true(scanned.rest === undefined || argv[scanned.rest - 1] === '--')
    }),
  )
})
