/** Results and artifacts of earlier steps in the command, the variables and the `when` of a step. */
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

export interface PreparedStep extends Command {
  readonly when: readonly WhenExpression[]
  /** Sentences about references that cannot be resolved. */
  readonly faults: readonly string[]
}

/**
 * Replaces references in the variables, then in `when`, then in the words of the command. After the first reference that cannot be
 * resolved, the rest stays as it is, and the command runs nevertheless (tektoncd/pipeline pkg/entrypoint). Such a task is legal, since
 * a skipped step leaves no results. Words without references keep their bytes, which need not be UTF-8.
 */
export async function prepareStep(
  { argv, env }: Command,
  expressions: readonly WhenExpression[],
  ports: Pick<TektonPorts, 'files' | 'openDisk'>,
): Promise<PreparedStep> {
  const read = readVia(ports)
  const faults: string[] = []
  const variables = substituteVariables(env, read, faults)
  const when = faults.length === 0 ? substituteExpressions(expressions, read, faults) : expressions
  const words = faults.length === 0 ? substituteArgv(argv, read, faults) : argv
  // Scripts may refer to artifacts only. A fault in the script does not undo the other replacements.
  const script = await prepareScript(words, read, ports)
  if ('problem' in script) faults.push(script.problem)
  return { argv: 'problem' in script ? words : script.value, env: variables, when, faults }
}

/** Replaces references in all words, or in none if one cannot be resolved. */
function substituteArgv(argv: RawTexts, read: ReadText, faults: string[]): RawTexts {
  const words: Uint8Array[] = []
  for (const word of argv) {
    const made = hasMark(word) ? substituteWords([decoder.decode(word)], read) : undefined
    if (made === undefined) words.push(word)
    else if ('problem' in made) {
      faults.push(made.problem)
      return argv
    } else words.push(...made.value.map((text) => encoder.encode(text)))
  }
  return words
}

function substituteExpressions(
  expressions: readonly WhenExpression[],
  read: ReadText,
  faults: string[],
): readonly WhenExpression[] {
  return expressions.map((expression) => {
    if (faults.length > 0) return expression
    const made = substituteWhen(expression, read)
    if (!('problem' in made)) return made.value
    faults.push(made.problem)
    return expression
  })
}

/** Evaluates `when`. @returns whether the command is to run; or one sentence about a problem */
export async function decideWhen(
  expressions: readonly WhenExpression[],
  ports: Pick<TektonPorts, 'openCel'>,
): Promise<Substituted<boolean>> {
  const evaluate = expressions.some(({ cel }) => cel !== '') ? await ports.openCel() : () => ({ value: true })
  return holds(expressions, evaluate)
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

/** Replaces references in a script. The file that the controller made is read-only, so the result is written to another file. */
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

function substituteVariables(env: RawTexts, read: ReadText, faults: string[]): RawTexts {
  return env.map((variable) => {
    if (faults.length > 0 || !hasMark(variable)) return variable
    const equals = variable.indexOf(EQUALS)
    const name = decoder.decode(variable.subarray(0, equals))
    const value = substituteVariable(decoder.decode(variable.subarray(equals + 1)), read)
    if (!('problem' in value)) return encoder.encode(`${name}=${value.value}`)
    faults.push(`variable ${name}: ${value.problem}`)
    return variable
  })
}

function hasMark(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(mark[0] ?? 0); at !== -1; at = bytes.indexOf(mark[0] ?? 0, at + 1)) {
    if (mark.every((byte, index) => bytes[at + index] === byte)) return true
  }
  return false
}
