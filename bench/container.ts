/**
 * Start-up of the installed executable in a container (podman, an empty root file system) and of the very same file outside.
 * The clock runs inside: what podman takes to make a container is not ours.
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

/** @throws when something that it needs is missing */
export async function measureContainer({ repeat, directory }: Bench): Promise<readonly Figure[]> {
  if (repeat === undefined) throw new Error('no C compiler (cc)')
  if (!existsSync(TREE)) throw new Error('no image tree; npm run build:image-files makes it')
  if (process.getuid?.() !== 0) throw new Error('podman is run as root here')
  requireProgram('podman')
  await setUpPodman()

  const bin = `${directory}/bin`
  putExecutable(bin, { libraries: `${TREE}/lib` })
  // It is both the stop watch and the command that does nothing.
  copyFileSync(repeat, `${bin}/repeat`)
  const words = [`${bin}/repeat`, String(RUNS), `${bin}/entrypoint`, '--quiet', '--', `${bin}/repeat`]
  const outside = (): number => readMedian(spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8' }).stdout)
  const root = `${directory}/root`
  mkdirSync(root)
  const inside = async (): Promise<number> =>
    readMedian(await podman('run', '--rm', '--network=none', `--volume=${bin}:${bin}:ro`, '--rootfs', root, ...words))

  const before = outside()
  const value = await inside()
  // Measured on both sides of it, so that a machine that grows slower or faster does not decide.
  const bare = (before + outside()) / 2
  const bars = [setBar('<= outside + 3 ms', value, bare + 3)]
  return [{ name: 'start-up in a container (bare: outside)', unit: 'ms', values: { bare, [OURS]: value }, bars }]
}

/** @param text ns, one run a line. @returns ms */
function readMedian(text: string): number {
  return median(text.trim().split('\n').map(Number)) / 1e6
}
