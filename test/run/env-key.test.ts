/** Variables from files, read as the kubelet reads them; of files that it takes a shell makes the same. */
import test from 'ava'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { readEnvKey } from '../../src/run/env-key.ts'

const VALUES: Readonly<Record<string, readonly [text: string, value: string]>> = {
  'a value in quotes': ["A='x y'", 'x y'],
  'the first of two': ["A='1'\nA='2'\n", '1'],
  'behind others, comments and empty lines': ["# c\n\n  B='b'\n\tA='a' # and why\n", 'a'],
  'over several lines': ["A='one\n  two\n\nfour'\n", 'one\n  two\n\nfour'],
  'with what a shell would expand, and does not in such quotes': ['A=\'$HOME \\n "x" #\'', '$HOME \\n "x" #'],
  'in a file of Windows': ["B='b'\r\nA='a'\r\n", 'a'],
  'before a line that is wrong': ["A='a'\nnonsense", 'a'],
}
for (const [what, [text, value]] of Object.entries(VALUES)) {
  test(`the kubelet takes ${what}`, (t) => t.deepEqual(readEnvKey(text, 'A'), { kind: 'value', value }))
}

for (const text of ['', "B='b'", "A=''", "A= 'a'", '# A', "AA='a'"]) {
  test(`not there: ${JSON.stringify(text)}`, (t) => t.deepEqual(readEnvKey(text, 'A'), { kind: 'none' }))
}

const PROBLEMS: Readonly<Record<string, string>> = {
  'A=a': 'line 1 has a value that is not in single quotes',
  'A="a"': 'line 1 has a value that is not in single quotes',
  "A ='a'": 'line 1 has a space before =',
  "='a'": 'line 1 has no name',
  "B='b'\nexport": 'line 2 has no =',
  "A='a": 'line 1 has a quote that is not closed',
  "# c\nA='a\n": 'line 2 has a quote that is not closed',
  "A='a'b": 'line 1 has text after its value',
}
for (const [text, problem] of Object.entries(PROBLEMS)) {
  test(`refused: ${JSON.stringify(text)}`, (t) => t.deepEqual(readEnvKey(text, 'A'), { kind: 'problem', problem }))
}

test('property: what a file says a shell reads from it too', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'env-key-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  const letters = fc.string({
    unit: fc.constantFrom('a', ' ', '\t', '\n', '#', '=', '$', '\\', '"', 'é'),
    maxLength: 8,
  })
  const lines = fc.oneof(
    fc.tuple(fc.constantFrom('A', 'B', 'A1'), letters).map(([name, value]) => `${name}='${value}'`),
    fc.constantFrom('', '# comment', '   ', "C= 'command'"),
  )
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 4 }), (written) => {
      // The first counts to the kubelet, the last to a shell.
      const once = written.filter(
        (line, index) => written.findIndex((one) => one.split('=')[0] === line.split('=')[0]) === index,
      )
      const text = once.filter((line) => !line.startsWith('C=')).join('\n')
      writeFileSync(join(dir, 'env'), `${text}\n`)
      const said = execFileSync('sh', ['-c', '. ./env; printf %s. "$A"'], { cwd: dir, env: {} }).toString().slice(0, -1)
      const found = readEnvKey(`${once.join('\n')}\n`, 'A')
      t.deepEqual(found, said === '' ? { kind: 'none' } : { kind: 'value', value: said })
    }),
    { numRuns: 50 },
  )
})
