import test from 'ava'
import * as fc from 'fast-check'
import type { CommandWords, OptionWords, ProgramWords } from '../../src/cli/command-words.ts'
import { describeMisuse } from '../../src/cli/misuse.ts'

const option = (...flags: readonly string[]): OptionWords => {
  return { flags, summary: '', value: undefined, valueOptional: false, repeatable: false }
}
const command = (name: string, ...options: readonly OptionWords[]): CommandWords => {
  return { name, summary: '', options, operand: undefined }
}
const PROGRAM: ProgramWords = {
  name: 'podorder',
  options: [option('-V', '--version')],
  commands: [
    command('run', option('--json'), option('-q', '--quiet')),
    command('inject', option('--diff'), option('--only')),
    command('eject', option('--diff'), option('--only')),
    command('check', option('--only')),
  ],
}
const LIST = '(podorder --help lists what there is)'

const ROWS: readonly (readonly [problem: string, line: string, says: string])[] = [
  [
    "error: unknown option '--only'",
    'run --only x',
    "unknown option '--only'; it is an option of inject, eject and check",
  ],
  [
    "error: unknown option '--diff=x'",
    'run --diff=x',
    "unknown option '--diff=x'; it is an option of inject and eject",
  ],
  ["error: unknown option '-q'", 'inject -q', "unknown option '-q'; it is an option of run"],
  ["error: unknown option '-z'", 'inject -z', `unknown option '-z' (podorder inject --help tells more)`],
  // Behind a command, the names of commands are not meant.
  ["error: unknown option '--check'", 'run --check', `unknown option '--check' (podorder run --help tells more)`],
  ["error: unknown option '--check'", '--check', "unknown option '--check'; did you mean check?"],
  ["error: unknown command 'it's'", "it's", `unknown command 'it's' ${LIST}`],
  ["error: option '--port <p>' argument 'x' is invalid. Give a port.", '', "--port cannot be 'x'; give a port"],
]

const CODES: readonly (readonly [begins: string, code: string])[] = [
  ['error: unknown option', 'commander.unknownOption'],
  ['error: unknown command', 'commander.unknownCommand'],
  ['error: option', 'commander.invalidArgument'],
]
const codeOf = (message: string): string =>
  CODES.find(([begins]) => message.startsWith(begins))?.[1] ?? 'commander.error'

for (const [message, line, says] of ROWS) {
  test(`${message} of ${line}`, (t) => {
    t.is(describeMisuse({ code: codeOf(message), message }, line.split(' '), PROGRAM), says)
  })
}

test('the code tells which fault it is, whatever words commander finds for it', (t) => {
  const message = "error: there is no option '--only' here"
  const says = describeMisuse({ code: 'commander.unknownOption', message }, ['run', '--only'], PROGRAM)
  t.is(says, "there is no option '--only' here; it is an option of inject, eject and check")
  const value = "error: the value of '--port <p>' may not be 'x'. Give a port."
  t.is(
    describeMisuse({ code: 'commander.invalidArgument', message: value }, [], PROGRAM),
    "--port cannot be 'x'; give a port",
  )
})

test('whatever was typed, it is one line, and what it proposes is there', (t) => {
  const said = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('--jsno', 'rnu', '__proto__', "'", '--diff=\n'))
  const kinds = fc.constantFrom('unknown option', 'unknown command', 'missing required argument')
  const known = PROGRAM.commands.flatMap(({ name, options }) => [name, ...options.flatMap(({ flags }) => flags)])
  fc.assert(
    fc.property(kinds, said, fc.array(said), (kind, word, others) => {
      const message = `error: ${kind} '${word}'`
      const sentence = describeMisuse({ code: codeOf(message), message }, [word, ...others], PROGRAM)
      t.notRegex(sentence, /\p{Cc}/u)
      const [, proposed] = /; did you mean (\S+)\?$/.exec(sentence) ?? []
      if (proposed !== undefined && !word.includes('did you mean')) t.true([...known, '--version'].includes(proposed))
    }),
  )
})
