/** Measures the time of each link in a chain of containers in `podorder run`, when all wrappers run already. */
import { readFileSync, writeFileSync } from 'node:fs'
import { msBetween } from './clock.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { isWatching, listDescendants } from './proc.ts'
import { endProcess, startProcess, waitUntil, waitUntilIdle } from './processes.ts'
import { median } from './statistics.ts'
import { PODORDER } from './tools.ts'

const CONTAINERS = 100
const LINKS = CONTAINERS - 1
const ROUNDS = 3

export async function measureChain({ stamp, directory }: Bench): Promise<readonly Figure[]> {
  if (stamp === undefined) return []
  const perLink: number[] = []
  for (let round = 0; round < ROUNDS; round++) perLink.push((await timeChain(stamp, `${directory}/${round}`)) / LINKS)
  const value = median(perLink)
  return [
    {
      name: `podorder run, a link in a chain of ${CONTAINERS}`,
      unit: 'ms',
      values: { [OURS]: value },
      bars: [setBar('<= 12 ms', value, 12)],
    },
  ]
}

/**
 * Runs the chain. The first container runs until all others wait, and writes the time just before it ends. The last container writes
 * the time at its start. The others run `true`.
 * @param prefix for the names of its files
 * @returns the time between the two, in ms
 */
async function timeChain(stamp: string, prefix: string): Promise<number> {
  const go = `${prefix}-go`
  const first = `${prefix}-first`
  const last = `${prefix}-last`
  const commands = Array.from({ length: CONTAINERS }, () => ['true'])
  commands[0] = ['sh', '-c', `until [ -e ${go} ]; do sleep 0.1; done; exec ${stamp} ${first}`]
  commands[LINKS] = [stamp, last]
  const manifest = `${prefix}-pod.json`
  writeFileSync(manifest, JSON.stringify(chainPod(commands)))

  const run = await startProcess([PODORDER, 'run', manifest], { stderr: 'pipe' })
  let over = false
  void run.ended.then(() => (over = true))
  const listWaiting = () => listDescendants(run.pid).filter(isWatching)
  try {
    await waitUntil(`${LINKS} containers were to wait and`, () => over || listWaiting().length === LINKS)
    if (!over) for (const pid of listWaiting()) await waitUntilIdle(pid, { watching: true })
    writeFileSync(go, '')
    const { code, stderr } = await run.ended
    if (code !== 0) throw new Error(`podorder run ended with ${code}: ${stderr.trim()}`)
    return msBetween(readStamp(first), readStamp(last))
  } finally {
    await endProcess(run)
  }
}

function chainPod(commands: readonly (readonly string[])[]): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'chain', annotations: { 'podorder.io/steps': '*' } },
    spec: {
      restartPolicy: 'Never',
      containers: commands.map((command, index) => ({ name: `link-${index}`, image: 'busybox', command })),
    },
  }
}

/** @returns the time in a file, in ns */
function readStamp(path: string): bigint {
  return BigInt(readFileSync(path, 'utf8').trim())
}
