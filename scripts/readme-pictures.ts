/**
 * `npm run pictures`: records the voting pod without an order and with it, here, and draws both on one scale for README.md. The first
 * goes on until its last container is ready: what comes after tells nothing.
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
/** By then the last one is ready: two crashes, a back-off of 10 s and a probe each 10 s take 20 s. */
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

/** A run that fails has been recorded all the same. */
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
