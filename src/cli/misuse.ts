/** Explains a wrong command line in one sentence with a fix. Pure. */
import { suggest } from '../base/suggest.ts'
import type { CommandWords, ProgramWords } from './command-words.ts'

/** An error of commander. Its code tells the fault; of its message only the quoted parts are used. */
interface Misuse {
  /** `commander.unknownOption` */
  readonly code: string
  /** `error: unknown option '--jsn'`. The user's words may contain any character, also quotes. */
  readonly message: string
}

const QUOTED = /'(.*)'/s
/** Two quoted words, and the rule that the value breaks. */
const TWO_QUOTED = /'(.*?)'.*'(.*)'[^']*?\. (.*)$/s
const OPERANDS = /^[^']*(?:'(.*?)')?\D*(\d+)\D+\d+: (.*)$/s
const CHOICES = /^Allowed choices are (.*)$/

/** The code of a fault that commander does not detect: an empty operand. */
export const EMPTY_ARGUMENT = 'podorder.emptyArgument'

/** @param argv the wrong command line. @returns one line with the fault and its fix */
export function describeMisuse({ code, message }: Misuse, argv: readonly string[], program: ProgramWords): string {
  const sentence = message
    .trim()
    .replace(/^error: /, '')
    .replace(/\.$/, '')
  return replaceControls(describe(code, sentence, argv, program))
}

function describe(code: string, sentence: string, argv: readonly string[], program: ProgramWords): string {
  const command = findCommand(argv, program)
  const tellMore = command === undefined ? '' : ` (${program.name} ${command.name} --help tells more)`
  const list = ` (${program.name} --help lists what there is)`
  const [, word = ''] = QUOTED.exec(sentence) ?? []
  const append = (proposal: string | undefined): string =>
    proposal === undefined ? `${sentence}${tellMore || list}` : `${sentence}; ${proposal}`
  switch (code) {
    case 'commander.invalidArgument': {
      const [, first = '', second = '', must = ''] = TWO_QUOTED.exec(sentence) ?? []
      // commander names an option before its value, and an operand after its value.
      return first.startsWith('-') ? describeValue(nameFlag(first), second, must) : describeValue(second, first, must)
    }
    case 'commander.optionMissingArgument':
      return `${nameFlag(word)} needs a value: ${nameFlag(word)} ${word.split(' ').at(-1)}`
    case 'commander.excessArguments': {
      const [, of = program.name, most = '', given = ''] = OPERANDS.exec(sentence) ?? []
      const takes = most === '0' ? 'no argument' : most === '1' ? 'one argument' : `${most} arguments`
      return `${of} takes ${takes}, not: ${given}${tellMore}`
    }
    case EMPTY_ARGUMENT:
      return `an argument is empty, perhaps because a variable is not set${tellMore}`
    case 'commander.unknownOption':
      return findSwitch(word, command) ?? append(proposeOption(word, command, program))
    case 'commander.unknownCommand':
      return append(didYouMean(suggest(word, program.commands.map(({ name }) => name)))) // prettier-ignore
    default:
      return append(undefined)
  }
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

/** Finds a switch with a value, `--recursive=true`, which commander reports as an unknown option. */
function findSwitch(word: string, command: CommandWords | undefined): string | undefined {
  const [flag = ''] = word.split('=', 1)
  const isOwn = command?.options.some(({ flags }) => flags.includes(flag)) ?? false
  return isOwn && flag !== word ? `${flag} takes no value, but was given '${word.slice(flag.length + 1)}'` : undefined
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

/** Compares long names without the dashes, which all names share. One-letter names are never suggested. */
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

/** The message quotes the user's words, which may contain line ends; it must stay on one line. */
function replaceControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}
