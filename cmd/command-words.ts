/** Turns commander's tree of `podorder` into plain data. */
import type { Command, Option } from 'commander'
import type { CommandWords, OptionWords, ProgramWords, ValueWords } from '../src/cli/command-words.ts'

/** Placeholder of an option or operand -> what a shell proposes there; no proposal for other names. */
const KINDS = new Map<string, ValueWords>([
  ...['manifest', 'manifests', 'files', 'pod', 'pod.yaml'].map((name) => [name, { kind: 'manifest' }] as const),
  ...['file', 'path'].map((name) => [name, { kind: 'file' }] as const),
  ['dir', { kind: 'directory' }],
])

export function readProgram(program: Command): ProgramWords {
  return {
    name: program.name(),
    options: listOptions(program),
    commands: program.commands.map(readCommand),
  }
}

function readCommand(command: Command): CommandWords {
  const [operand] = command.registeredArguments
  return {
    name: command.name(),
    summary: command.description(),
    options: listOptions(command),
    operand: operand === undefined ? undefined : readValue(operand.argChoices, operand.name()),
  }
}

/** Lists a command's options, including those that have their own page and the help option, which commander keeps elsewhere. */
function listOptions(command: Command): readonly OptionWords[] {
  const help = command.createHelp().visibleOptions(command)
  return [...new Set([...command.options, ...help])].map(readOption)
}

function readOption(option: Option): OptionWords {
  const { short, long, description, required, optional, flags, argChoices, defaultValue } = option
  const [, name = ''] = /[<[](.+)[>\]]/.exec(flags) ?? []
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    summary: description,
    value: required || optional ? readValue(argChoices, name) : undefined,
    valueOptional: optional,
    repeatable: Array.isArray(defaultValue),
  }
}

function readValue(choices: readonly string[] | undefined, name: string): ValueWords {
  if (choices !== undefined) return { kind: 'choice', words: choices }
  return KINDS.get(name) ?? { kind: 'anything' }
}
