/** Fetches Debian's C library for any machine by a separate apt configuration: without root, and without a change to the machine's apt. */
import { execa } from 'execa'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Target } from './target.ts'

export interface Libc {
  /** The package's files, from `/` on. */
  readonly root: string
  readonly version: string
}

/** Apt checks the package by the keys of the Debian release that runs this. @throws */
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
    // An empty status means that no package is installed. No sandbox user: _apt may not write to this directory.
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
