/** What is wrong with a command line, in one sentence that says what to do. Pure. */
import { suggest } from '../suggest.ts'
import type { CommandWords, ProgramWords } from './command-words.ts'

/**
 * @param problem commander's own words: `error: unknown option '--jsn'`
 * @param argv the command line that they are about
 */
export function describeMisuse(problem: string, argv: readonly string[], program: ProgramWords): string {
  const sentence = shorten(problem.trim().replace(/^error: /, ''))
  const said = replaceControls(sentence.replace(/\.$/, ''))
  const proposal = propose(sentence, argv, program)
  if (proposal !== undefined) return `${said}; ${replaceControls(proposal)}`
  // Words that end in a full stop say what to do.
  return sentence.endsWith('.') ? said : `${said} (${program.name} --help lists what there is)`
}

function shorten(sentence: string): string {
  return sentence.replace(/^command-argument value ('.*') is invalid for argument '(.*)'\./s, 'unknown $2 $1.')
}

function propose(sentence: string, argv: readonly string[], program: ProgramWords): string | undefined {
  const [, word = '', choices] = /'([^']*)'[^']*\. Allowed choices are (.*)\.$/s.exec(sentence) ?? []
  if (choices !== undefined) return didYouMean(suggest(word, choices.split(', ')))
  const [, kind, unknown = ''] = /^unknown (option|command) '(.*)'$/s.exec(sentence) ?? []
  const names = program.commands.map(({ name }) => name)
  if (kind === 'command') return didYouMean(suggest(unknown, names))
  if (kind === 'option') return proposeOption(unknown, findCommand(argv, program), program)
  return undefined
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
