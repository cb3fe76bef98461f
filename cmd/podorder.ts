#!/usr/bin/env node
/** The CLI for workstations. Each command loads its code when it is called. */
import { CODE_FAILED, CODE_MISUSE } from '../src/base/exit-code.ts'
import { Command, CommanderError } from 'commander'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Signals, takeSignals } from '../src/child/signals.io.ts'
import type { Terminal } from '../src/run/ports.ts'
import { describeMisuse, EMPTY_ARGUMENT } from '../src/cli/misuse.ts'
import { findNodeFault } from '../src/cli/node-version.ts'
import { codeOf, describeError } from '../src/base/system-error.ts'
import { version } from '../src/base/version.ts'
import manifest from '../package.json' with { type: 'json' }
import { addCheck } from './check.ts'
import { readProgram } from './command-words.ts'
import { COMPILED } from './compiled.ts'
import { addCompletion } from './completion.ts'
import { addController } from './controller.ts'
import { addDoctor } from './doctor.ts'
import { addExplain } from './explain.ts'
import { addGraph } from './graph.ts'
import { addHelp, HELP_LAYOUT } from './help.ts'
import { addImport } from './import.ts'
import { addInject } from './inject.ts'
import { addRbac } from './rbac.ts'
import { addRun } from './run.ts'
import { openTerminal, writeOut } from './terminal.ts'
import { addTimeline } from './timeline.ts'
import { addVersion } from './version.ts'
import { addWebhook } from './webhook.ts'

const LISTENING = new Set(['run', 'webhook', 'controller'])

const EXAMPLES = `
Examples:
  podorder run pod.yaml
  podorder inject -f app.yaml | kubectl apply -f -
  kubectl podorder inject -f app.yaml --diff

podorder help COMMAND, or podorder COMMAND --help, tells more.`

/** @param argv without the program's own name */
export async function runPodorder(argv: readonly string[], signals: Signals): Promise<number> {
  let code = 0
  const terminal = openTerminal()
  let page = ''
  const program = new Command('podorder')
    .description('Starts the containers of a Kubernetes pod in the order they need, and stops them in reverse.')
    .version(`podorder ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this page')
    .helpCommand(false)
    .configureHelp(HELP_LAYOUT)
    .exitOverride()
    // commander's complaints also come as errors, and are printed then.
    .configureOutput({ outputError: () => {}, writeOut: (text) => void (page += text) })
    .showSuggestionAfterError(false)
    .addHelpText('after', EXAMPLES)
  const end = (ended: number): void => {
    code = ended
  }
  // Long-running commands handle signals themselves.
  program.hook('preAction', (_, command) => {
    refuseEmpty(command)
    if (!LISTENING.has(command.name())) signals.release()
  })
  program.commandsGroup('Manifests:')
  addInject(program, end)
  addCheck(program, end)
  addImport(program, end)
  program.commandsGroup('Run and understand:')
  addRun(program, signals, end)
  addGraph(program, end)
  addTimeline(program, end)
  addExplain(program, end)
  program.commandsGroup('In a cluster:')
  addDoctor(program, end)
  addWebhook(program, signals, end)
  addController(program, signals, end)
  addRbac(program, end)
  program.commandsGroup('podorder itself:')
  addCompletion(program, end)
  addVersion(program, end)
  addHelp(program, end)
  try {
    code = (await perform(program, argv, terminal)) ?? code
    if (page !== '') await writeOut(page)
    return code
  } catch (error) {
    if (!isUnwritten(error)) throw error
    terminal.complain(`podorder: stdout: ${describeError(error)}`)
    return CODE_FAILED
  }
}

/** Runs the command line. @returns an exit code when commander has ended it */
async function perform(program: Command, argv: readonly string[], terminal: Terminal): Promise<number | undefined> {
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (!isHelp(error)) terminal.complain(`podorder: ${describeMisuse(error, argv, readProgram(program))}`)
    return error.exitCode === 0 ? 0 : CODE_MISUSE
  }
}

/** An empty profile selects services that have none. */
const MAY_BE_EMPTY = '--profile'

/** Refuses an empty word: a shell makes one from a variable that is not set, and it names nothing. */
function refuseEmpty(command: Command): void {
  for (const option of command.options) {
    const given: unknown = command.getOptionValue(option.attributeName())
    const isEmpty = given === '' || (Array.isArray(given) && given.includes(''))
    if (!isEmpty || option.long === MAY_BE_EMPTY) continue
    throw new CommanderError(CODE_MISUSE, 'commander.optionMissingArgument', `error: option '${option.flags}'`)
  }
  if (command.args.includes('')) throw new CommanderError(CODE_MISUSE, EMPTY_ARGUMENT, 'error: an argument is empty')
}

/** Whether stdout could not be written. Commands report errors of files themselves. */
function isUnwritten(error: unknown): boolean {
  return codeOf(error) !== undefined && error instanceof Error && 'syscall' in error && error.syscall === 'write'
}

/** A page or the version was printed, on request or because there were no words. */
function isHelp({ code }: CommanderError): boolean {
  return ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(code)
}

/** Whether this file is the program itself (`npx podorder`), and not loaded by cmd/entrypoint.ts under another name. */
function isProgram(): boolean {
  const [, script] = process.argv
  return !COMPILED && script !== undefined && realpathSync(script) === realpathSync(fileURLToPath(import.meta.url))
}

async function runProgram(): Promise<number> {
  const fault = findNodeFault(process.versions.node, manifest.engines.node)
  if (fault === undefined) return runPodorder(process.argv.slice(2), takeSignals())
  process.stderr.write(`podorder: ${fault}\n`)
  return CODE_MISUSE
}

if (isProgram()) process.exit(await runProgram())
