/** What a step gets from those before it: in the words of its command, in its variables, and in its `when`. */
import { describeError } from '../base/system-error.ts'
import type { ReadText } from './reference.ts'
import { type Substituted, substituteScript, substituteVariable, substituteWords, MARK } from './substitution.ts'
import { holds, substituteWhen, type WhenExpression } from './when.ts'
import type { Command } from './command.ts'
import { readPlainText } from './plain-file.ts'
import type { RawTexts, TektonPorts } from './ports.ts'

const SCRIPTS = /^\/tekton\/scripts\/[^/]+$/
const EQUALS = '='.charCodeAt(0)
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const mark = encoder.encode(MARK)

/** Bytes that refer to nothing stay the very bytes that they are. */
export async function prepareCommand(
  { argv, env }: Command,
  ports: Pick<TektonPorts, 'files' | 'openDisk'>,
): Promise<Substituted<Command>> {
  const read = readVia(ports)
  const words: Uint8Array[] = []
  for (const word of argv) {
    const made = hasMark(word) ? substituteWords([decoder.decode(word)], read) : undefined
    if (made === undefined) words.push(word)
    else if ('problem' in made) return made
    else words.push(...made.value.map((text) => encoder.encode(text)))
  }
  const script = await prepareScript(words, read, ports)
  if ('problem' in script) return script
  const variables = substituteVariables(env, read)
  return 'problem' in variables ? variables : { value: { argv: script.value, env: variables.value } }
}

/** @returns whether the command is to run */
export async function decideWhen(
  expressions: readonly WhenExpression[],
  ports: Pick<TektonPorts, 'files' | 'openCel'>,
): Promise<Substituted<boolean>> {
  const when = substituteWhen(expressions, readVia(ports))
  if ('problem' in when) return when
  const evaluate = when.value.some(({ cel }) => cel !== '') ? await ports.openCel() : () => ({ value: true })
  return holds(when.value, evaluate)
}

function readVia({ files }: Pick<TektonPorts, 'files'>): ReadText {
  return (path) => {
    try {
      return readPlainText(path, files)
    } catch {
      return undefined
    }
  }
}

/** The controller has made a file of it, which is read-only: what refers to artifacts becomes another file. */
async function prepareScript(
  words: RawTexts,
  read: ReadText,
  { openDisk }: Pick<TektonPorts, 'openDisk'>,
): Promise<Substituted<RawTexts>> {
  const [path] = words.map((word) => decoder.decode(word))
  if (words.length !== 1 || path === undefined || !SCRIPTS.test(path)) return { value: words }
  const text = read(path) ?? ''
  if (!text.includes(MARK)) return { value: words }
  const script = substituteScript(text, read)
  if ('problem' in script) return script
  if (script.value === text) return { value: words }
  try {
    return { value: [encoder.encode((await openDisk()).writeScript(script.value))] }
  } catch (error) {
    return { problem: `cannot write the script with its artifacts: ${describeError(error)}` }
  }
}

function substituteVariables(env: RawTexts, read: ReadText): Substituted<RawTexts> {
  const made: Uint8Array[] = []
  for (const variable of env) {
    if (!hasMark(variable)) {
      made.push(variable)
      continue
    }
    const equals = variable.indexOf(EQUALS)
    const name = decoder.decode(variable.subarray(0, equals))
    const value = substituteVariable(decoder.decode(variable.subarray(equals + 1)), read)
    if ('problem' in value) return { problem: `variable ${name}: ${value.problem}` }
    made.push(encoder.encode(`${name}=${value.value}`))
  }
  return { value: made }
}

function hasMark(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(mark[0] ?? 0); at !== -1; at = bytes.indexOf(mark[0] ?? 0, at + 1)) {
    if (mark.every((byte, index) => bytes[at + index] === byte)) return true
  }
  return false
}
