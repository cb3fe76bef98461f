/** Measures `install` into a directory, as in an init container, for one pod and for five at once; and the sizes of the files. */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, statSync } from 'node:fs'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { startProcess } from './processes.ts'
import { median } from './statistics.ts'
import { ENTRYPOINT, findProgram } from './tools.ts'

const ROUNDS = 5
const AT_ONCE = 5
const IMAGE = 'dist/image'

export async function measureInstall({ directory, long }: Bench): Promise<readonly Figure[]> {
  const one: number[] = []
  const five: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    one.push(await install(`${directory}/one`))
    five.push(
      ...(await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => install(`${directory}/five-${index}`)))),
    )
  }
  const mib = statSync(ENTRYPOINT).size / 1e6
  return [
    {
      name: 'install, one pod',
      unit: 'ms',
      values: { [OURS]: median(one) },
      bars: [setBar('<= 120 ms', median(one), 120)],
    },
    {
      name: `install, ${AT_ONCE} pods at once, the slowest`,
      unit: 'ms',
      values: { [OURS]: Math.max(...five) },
      bars: [setBar('<= 1000 ms', Math.max(...five), 1000)],
    },
    { name: 'executable, MB', unit: '', values: { [OURS]: mib }, bars: [] },
    ...(long ? measureImage() : []),
  ]
}

async function install(to: string): Promise<number> {
  rmSync(to, { recursive: true, force: true })
  const began = readClock()
  const { code } = await (await startProcess([ENTRYPOINT, 'install', '--to', to])).ended
  if (code !== 0) throw new Error(`install ended with ${code}`)
  return msBetween(began, readClock())
}

/** Measures the image that a node pulls, if `npm run build:image-files` has made it. */
function measureImage(): readonly Figure[] {
  const target = process.arch === 'x64' ? 'amd64' : process.arch
  if (findProgram('zstd') === undefined || !existsSync(`${IMAGE}/${target}`)) return []
  const script = 'tar -C "$0" -cf - . | zstd -19 -T0 -q -c | wc -c'
  const { stdout } = spawnSync('sh', ['-c', script, `${IMAGE}/${target}`], { encoding: 'utf8' })
  const mb = Number(stdout) / 1e6
  return [{ name: 'image, zstd -19, MB', unit: '', values: { [OURS]: mb }, bars: [setBar('<= 35', mb, 35)] }]
}
