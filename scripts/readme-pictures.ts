/**
 * `npm run pictures`: runs the voting pod on this machine without an order and with it, and draws both on one scale for README.md. The
 * picture without an order ends when the last container is ready.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openTimelinePorts } from '../cmd/timeline-ports.ts'
import type { History } from '../src/history/history.ts'
import { readHistory } from '../src/history/read-history.ts'
import { drawTimelineSvg } from '../src/timeline/timeline-svg.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** The deadline of a run, in s. Two crashes, a back-off of 10 s and a probe each 10 s make the last container ready after 20 s. */
const DEADLINE_S = 22

const directory = mkdtempSync(join(tmpdir(), 'podorder-pictures-'))
try {
  const ordered = await record('pod.yaml')
  const plain = await record('without.yaml')
  draw('voting.svg', ordered, plain)
  draw('voting-without.svg', plain, ordered)
} finally {
  rmSync(directory, { recursive: true })
}

async function record(name: string): Promise<History> {
  const manifest = `${ROOT}examples/voting/${name}`
  const text = readFileSync(manifest, 'utf8').replace(
    /activeDeadlineSeconds: \d+/,
    `activeDeadlineSeconds: ${DEADLINE_S}`,
  )
  const copy = `${ROOT}examples/voting/.${name}`
  const events = join(directory, `${name}.jsonl`)
  writeFileSync(copy, text)
  try {
    writeFileSync(events, run(copy))
  } finally {
    rmSync(copy)
  }
  const history = await readHistory(events, await openTimelinePorts())
  if ('problem' in history) throw new Error(history.problem)
  return history
}

/** Runs a pod and returns its events, also when the run fails. */
function run(manifest: string): string {
  try {
    return execFileSync(`${ROOT}dist/podorder`, ['run', '--json', manifest], { encoding: 'utf8' })
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout)
  }
}

function draw(name: string, history: History, beside: History): void {
  writeFileSync(`${ROOT}docs/pictures/${name}`, drawTimelineSvg(history, [beside]))
}
