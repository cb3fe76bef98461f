/** Fetches Debian's C library for any machine. A separate apt configuration avoids root and changes to the machine's apt. */
import { execa } from 'execa'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Target } from './target.ts'

export interface Libc {
  /** The directory with the package's files, which takes the place of `/`. */
  readonly root: string
  readonly version: string
}

/** Fetches the package. apt checks it with the keys of the Debian release on which this runs. @throws when apt fails */
export async function fetchLibc({ name }: Target): Promise<Libc> {
  const directory = resolve(`build/libc-${name}`)
  const root = join(directory, 'root')
  await rm(directory, { recursive: true, force: true })
  for (const made of ['lists/partial', 'cache/archives/partial'])
    await mkdir(join(directory, made), { recursive: true })
  const settings = [
    `APT::Architecture=${name}`,
    `APT::Architectures=${name}`,
    `Dir::State::lists=${directory}/lists`,
    `Dir::Cache=${directory}/cache`,
    // An empty status means that no package is installed. apt's sandbox user is not used, since it cannot write to this directory.
    'Dir::State::status=/dev/null',
    'APT::Sandbox::User=',
  ].flatMap((setting) => ['-o', setting])
  await execa('apt-get', [...settings, '-qq', 'update'])
  await execa('apt-get', [...settings, '-qq', 'download', 'libc6'], { cwd: directory })
  const packed = (await readdir(directory)).find((file) => file.endsWith('.deb'))
  if (packed === undefined) throw new Error(`apt-get has left no libc6 for ${name} in ${directory}`)
  const { stdout: version } = await execa('dpkg-deb', ['--field', packed, 'Version'], { cwd: directory })
  await execa('dpkg-deb', ['--extract', packed, root], { cwd: directory })
  return { root, version }
}
