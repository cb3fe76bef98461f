/**
 * Measures the start-up of the installed executable in a container (podman, an empty root file system) and of the same file outside.
 * The time is measured inside the container, so that it excludes podman's time to create it.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { putExecutable } from '../test/support/installed.ts'
import { podman, setUpPodman } from '../test/support/podman.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { median } from './statistics.ts'
import { requireProgram } from './tools.ts'

const RUNS = 200
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch
const TREE = fileURLToPath(new URL(`../dist/image/${ARCHITECTURE}/podorder/image`, import.meta.url))

/** @throws when a required program or file is missing */
export async function measureContainer({ repeat, directory }: Bench): Promise<readonly Figure[]> {
  if (repeat === undefined) throw new Error('no C compiler (cc)')
  if (!existsSync(TREE)) throw new Error('no image tree; npm run build:image-files makes it')
  if (process.getuid?.() !== 0) throw new Error('podman is run as root here')
  requireProgram('podman')
  await setUpPodman()

  const bin = `${directory}/bin`
  putExecutable(bin, { libraries: `${TREE}/lib` })
  // The program measures the time, and is also the command, which does nothing.
  copyFileSync(repeat, `${bin}/repeat`)
  const words = [`${bin}/repeat`, String(RUNS), `${bin}/entrypoint`, '--quiet', '--', `${bin}/repeat`]
  const outside = (): number => readMedian(spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8' }).stdout)
  const root = `${directory}/root`
  mkdirSync(root)
  const inside = async (): Promise<number> =>
    readMedian(await podman('run', '--rm', '--network=none', `--volume=${bin}:${bin}:ro`, '--rootfs', root, ...words))

  const before = outside()
  const value = await inside()
  // The measurements before and after it compensate changes in the speed of the machine.
  const bare = (before + outside()) / 2
  const bars = [setBar('<= outside + 3 ms', value, bare + 3)]
  return [{ name: 'start-up in a container (bare: outside)', unit: 'ms', values: { bare, [OURS]: value }, bars }]
}

/** @param text the times of runs in ns, one in each line. @returns the median in ms */
function readMedian(text: string): number {
  return median(text.trim().split('\n').map(Number)) / 1e6
}
