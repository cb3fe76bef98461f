/** What is wrong with a command line, in one sentence that says what to do. Pure. */
import { suggest } from '../base/suggest.ts'
import type { CommandWords, ProgramWords } from './command-words.ts'

/** Commander's own sentences. What was typed may hold anything, and stands where it may. */
const WRONG_VALUE = /^option '(.*?)' argument '(.*)' is invalid\. (.*)$/s
const WRONG_OPERAND = /^command-argument value '(.*)' is invalid for argument '(.*)'\. (.*)$/s
const NO_VALUE = /^option '(.*)' argument missing$/
const TOO_MANY = /^too many arguments(?: for '(.*?)')?\. Expected (\d+) arguments? but got \d+: (.*)$/s
const UNKNOWN = /^unknown (option|command) '(.*)'$/s
const CHOICES = /^Allowed choices are (.*)$/

/**
 * @param problem commander's own words: `error: unknown option '--jsn'`
 * @param argv the command line that they are about
 */
export function describeMisuse(problem: string, argv: readonly string[], program: ProgramWords): string {
  const sentence = problem
    .trim()
    .replace(/^error: /, '')
    .replace(/\.$/, '')
  return replaceControls(describe(sentence, argv, program))
}

function describe(sentence: string, argv: readonly string[], program: ProgramWords): string {
  const command = findCommand(argv, program)
  const tellMore = command === undefined ? '' : ` (${program.name} ${command.name} --help tells more)`
  const list = ` (${program.name} --help lists what there is)`
  const [, flags, value = '', must = ''] = WRONG_VALUE.exec(sentence) ?? []
  if (flags !== undefined) return describeValue(nameFlag(flags), value, must)
  const [, operand = '', name, required = ''] = WRONG_OPERAND.exec(sentence) ?? []
  if (name !== undefined) return describeValue(name, operand, required)
  const [, empty] = NO_VALUE.exec(sentence) ?? []
  if (empty !== undefined) return `${nameFlag(empty)} needs a value: ${nameFlag(empty)} ${empty.split(' ').at(-1)}`
  const [, of = program.name, most, given] = TOO_MANY.exec(sentence) ?? []
  if (most !== undefined) return `${of} takes ${most === '0' ? 'no argument' : most}, not: ${given}${tellMore}`
  const [, kind, unknown = ''] = UNKNOWN.exec(sentence) ?? []
  const proposal = kind === undefined ? undefined : propose(kind, unknown, command, program)
  return proposal === undefined ? `${sentence}${tellMore || list}` : `${sentence}; ${proposal}`
}

function describeValue(name: string, value: string, must: string): string {
  const [, choices] = CHOICES.exec(must) ?? []
  if (choices === undefined) return `${name} cannot be '${value}'; ${must.charAt(0).toLowerCase()}${must.slice(1)}`
  const proposal = didYouMean(suggest(value, choices.split(', ')))
  return `${name} is one of ${choices}, not '${value}'${proposal === undefined ? '' : `; ${proposal}`}`
}

/** `-o, --output <path>` -> `--output` */
function nameFlag(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags
}

function propose(
  kind: string,
  unknown: string,
  command: CommandWords | undefined,
  program: ProgramWords,
): string | undefined {
  if (kind === 'option') return proposeOption(unknown, command, program)
  return didYouMean(
    suggest(
      unknown,
      program.commands.map(({ name }) => name),
    ),
  )
}

function proposeOption(word: string, command: CommandWords | undefined, program: ProgramWords): string | undefined {
  const [flag = ''] = word.split('=', 1)
  const own = [...(command?.options ?? []), ...program.options].flatMap(({ flags }) => flags)
  const near = suggestFlag(flag, own)
  if (near !== undefined) return didYouMean(near)
  const owners = program.commands.filter(({ options }) => options.some(({ flags }) => flags.includes(flag)))
  if (owners.length > 0) return `it is an option of ${listNames(owners)}`
  if (command !== undefined) return undefined
  return didYouMean(
    suggest(
      flag.replace(/^-+/, ''),
      program.commands.map(({ name }) => name),
    ),
  )
}

/** By the long names, without the dashes: they are no evidence, and one letter is none either. */
function suggestFlag(flag: string, known: readonly string[]): string | undefined {
  const bare = known.filter((name) => name.startsWith('--')).map((name) => name.slice(2))
  const near = flag.startsWith('--') ? suggest(flag.slice(2), bare) : undefined
  return near === undefined ? undefined : `--${near}`
}

function findCommand(argv: readonly string[], { commands }: ProgramWords): CommandWords | undefined {
  const first = argv.find((word) => !word.startsWith('-'))
  return commands.find(({ name }) => name === first)
}

function listNames(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name)
  return [names.slice(0, -1).join(', '), names.at(-1)].filter((part) => part !== '').join(' and ')
}

function didYouMean(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean ${word}?`
}

/** What was typed may hold anything; a sentence is one line. */
function replaceControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}
