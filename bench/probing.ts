/** Measures the CPU of a probe that never succeeds in the first minute, during which an application would start. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { endProcess, startProcess } from './processes.ts'
import { ENTRYPOINT, requireProgram } from './tools.ts'

const MINUTE_MS = 60_000
/** The limit in percent of a core. */
const MOST = 3
/** The unit of times in /proc, in ms: `sysconf(_SC_CLK_TCK)` is 100 on every Linux on which podorder runs. */
const TICK_MS = 10

export async function measureProbing({ directory }: Bench): Promise<readonly Figure[]> {
  // The check takes 50 ms and little processor time, so that mainly the cost of probing is measured.
  const probe = { exec: { command: [requireProgram('sh'), '-c', 'sleep 0.05; exit 1'] } }
  const wrapper = await startProcess([
    ...([ENTRYPOINT, `--run-dir=${directory}/run`, '--name=app', '--quiet'] as const),
    ...[`--ready-probe=${JSON.stringify(probe)}`, '--', requireProgram('sleep'), '600'],
  ])
  try {
    await delay(MINUTE_MS)
    const share = (readFamilyCpu(wrapper.pid) / MINUTE_MS) * 100
    return [
      {
        name: 'exec probe of 50 ms that never succeeds, % of a core in a minute',
        unit: '',
        values: { [OURS]: share },
        bars: [setBar('<= 3 % of a core', share, MOST)],
      },
    ]
  } finally {
    await endProcess(wrapper)
  }
}

/** Returns the CPU time of a process and its ended children, in ms: utime, stime, cutime and cstime of proc(5). */
function readFamilyCpu(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((total, ticks) => total + Number(ticks) * TICK_MS, 0)
}
