/**
 * `npm run bench [-- --only startup,handoff] [-- --long] [-- --json FILE]`: measures podorder and its peers on this machine, and
 * compares the figures with the promised limits (bars). A missed bar is printed, and the exit code stays 0. Times are from
 * CLOCK_MONOTONIC. Candidates run in turn. Waiters are released only when they are at rest. PSS is shared among all processes that run
 * the same file at that moment, including other runs of entrypoint. `approaches` runs only when it is named.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { measureApproaches } from './approaches.ts'
import { listCandidates } from './candidates.ts'
import { measureChain } from './chain.ts'
import { measureContainer } from './container.ts'
import { measureController } from './controller.ts'
import type { Bench, Figure, Sheet } from './figure.ts'
import { measureGrowth } from './growth.ts'
import { measureHandoff } from './handoff.ts'
import { measureIdle } from './idle.ts'
import { measureInject } from './inject.ts'
import { measureInstall } from './install.ts'
import { measureLiving } from './living.ts'
import { measureMachines } from './machines.ts'
import { describeMachine } from './machine.ts'
import { measureMemory } from './memory.ts'
import { killProcesses } from './processes.ts'
import { measureProbing } from './probing.ts'
import { measureStartup } from './startup.ts'
import { measureSteps } from './steps.ts'
import { formatSheet, formatTable } from './table.ts'
import { ENTRYPOINT, isExecutable, prepareTools } from './tools.ts'
import { measureWait } from './wait.ts'
import { measureWebhook } from './webhook.ts'

type Measured = readonly (Figure | Sheet)[]

const MEASUREMENTS: Readonly<Record<string, (bench: Bench) => Measured | Promise<Measured>>> = {
  startup: measureStartup,
  memory: measureMemory,
  machines: measureMachines,
  install: measureInstall,
  handoff: measureHandoff,
  idle: measureIdle,
  probing: measureProbing,
  living: measureLiving,
  chain: measureChain,
  container: measureContainer,
  steps: measureSteps,
  wait: measureWait,
  webhook: measureWebhook,
  controller: measureController,
  inject: measureInject,
  growth: measureGrowth,
  approaches: measureApproaches,
}
/** The measurement that runs only when it is named, since it takes five minutes. */
const ONLY_WHEN_NAMED = 'approaches'

const USAGE = `usage: npm run bench -- [--only ${Object.keys(MEASUREMENTS).join(',')}] [--long] [--json FILE]`

interface Options {
  readonly only: readonly string[]
  readonly json: string | undefined
  readonly long: boolean
}

const options = readOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(`bench: ${options}\n${USAGE}\n`)
  process.exit(2)
}
const directory = mkdtempSync(`${tmpdir()}/podorder-bench-`)
process.on('exit', () => {
  killProcesses()
  rmSync(directory, { recursive: true, force: true })
})
/** The results so far. */
const measured: (Figure | Sheet)[] = []
const skipped: string[] = []
let order: readonly string[] = []
let reported = false
for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    skip('stopped; what was not measured is left out')
    report(options.json)
    process.exit(code)
  })
}
// The directory is removed at the end, with the temporary files of the measured programs.
process.env['TMPDIR'] = directory
await run(options)
report(options.json)

async function run({ only, long }: Options): Promise<void> {
  const tools = prepareTools(directory, skip)
  const candidates = listCandidates(tools, directory, skip)
  order = candidates.map(({ name }) => name)
  for (const name of only) {
    process.stderr.write(`measuring ${name}\n`)
    const own = `${directory}/${name}`
    mkdirSync(own)
    try {
      const measure = MEASUREMENTS[name]
      if (measure !== undefined) measured.push(...(await measure({ ...tools, candidates, directory: own, long })))
    } catch (error) {
      skip(`${name}: ${error instanceof Error ? error.message : String(error)}; left out`)
      killProcesses()
    }
  }
}

function skip(message: string): void {
  skipped.push(message)
  process.stderr.write(`${message}\n`)
}

/** Writes the results synchronously, since the process may be about to end. */
function report(json: string | undefined): void {
  if (reported) return
  reported = true
  const machine = describeMachine()
  const figures = measured.filter((one) => 'values' in one)
  const sheets = measured.filter((one) => 'rows' in one)
  writeFileSync(
    1,
    [
      `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}\n`,
      ...(figures.length === 0 ? [] : [formatTable(figures, order)]),
      ...sheets.map(formatSheet),
      ...(measured.length === 0 ? ['Nothing was measured.\n'] : []),
    ].join('\n'),
  )
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, figures, sheets, skipped }, null, 2)}\n`)
}

/** @returns the options; or one sentence about a fault */
function readOptions(argv: string[]): Options | string {
  const names = Object.keys(MEASUREMENTS)
  try {
    const { values } = parseArgs({
      args: argv,
      options: { only: { type: 'string' }, json: { type: 'string' }, long: { type: 'boolean', default: false } },
    })
    const only = [...new Set(values.only?.split(',') ?? names.filter((name) => name !== ONLY_WHEN_NAMED))]
    const unknown = only.find((name) => !names.includes(name))
    if (unknown !== undefined) return `--only knows ${names.join(', ')}, not "${unknown}"`
    if (!isExecutable(ENTRYPOINT)) return 'dist/entrypoint is not there; npm run build makes it'
    // The file is written here once, so that a fault in the path appears before the measurements.
    if (values.json !== undefined) writeFileSync(values.json, '')
    return { only, json: values.json, long: values.long }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
