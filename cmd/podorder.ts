#!/usr/bin/env node
/** The workstation's CLI. Each command loads what it needs when it is called. */
import { Command, CommanderError } from 'commander'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Signals, takeSignals } from '../src/adapters/signals.ts'
import { version } from '../src/core/version.ts'
import { addCheck } from './check.ts'
import { COMPILED } from './compiled.ts'
import { addController } from './controller.ts'
import { addExplain } from './explain.ts'
import { addGraph } from './graph.ts'
import { addInject } from './inject.ts'
import { addRbac } from './rbac.ts'
import { addRun } from './run.ts'
import { addTimeline } from './timeline.ts'
import { addWebhook } from './webhook.ts'

const CODE_MISUSE = 2

const EXAMPLES = `
Examples:
  podorder run pod.yaml
  podorder inject -f app.yaml | kubectl apply -f -
  kubectl podorder inject -f app.yaml --diff
`

/** @param argv without the program's own name */
export async function runPodorder(argv: readonly string[], signals: Signals): Promise<number> {
  let code = 0
  const program = new Command('podorder')
    .description('Starts the containers of a Kubernetes pod in the order they need, and stops them in reverse.')
    .version(`podorder ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this page')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`podorder: ${inOneLine(text)}\n`) })
    .addHelpText('after', EXAMPLES)
  const end = (ended: number): void => {
    code = ended
  }
  addRun(program, signals, end)
  addInject(program, end)
  addCheck(program, end)
  addGraph(program, end)
  addTimeline(program, end)
  addExplain(program, end)
  addWebhook(program, signals, end)
  addController(program, signals, end)
  addRbac(program, end)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : CODE_MISUSE
  }
}

/** commander's own words, `error: unknown option '--jsn'` and below it `(Did you mean --json?)`. */
function inOneLine(text: string): string {
  const [problem = '', proposal] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n')
  // Our own words end in a full stop, and say what to do.
  if (problem.endsWith('.')) return problem.slice(0, -1)
  if (proposal === undefined) return `${problem} (podorder --help lists what there is)`
  return `${problem}; ${proposal.replace(/^\(D(.*)\)$/, 'd$1')}`
}

/** Run as a program of its own (`npx podorder`), rather than by cmd/entrypoint.ts under another name. */
function isProgram(): boolean {
  const [, script] = process.argv
  return !COMPILED && script !== undefined && realpathSync(script) === realpathSync(fileURLToPath(import.meta.url))
}

if (isProgram()) process.exit(await runPodorder(process.argv.slice(2), takeSignals()))
