/** Fetches Bun for another machine, since npm installs only that of the host. The lock file has the digest of the package. */
import { execa } from 'execa'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readLock } from './lock.ts'
import type { Target } from './target.ts'

/** @returns the path of the executable, in `build/`. @throws when it cannot be fetched, or its digest differs */
export async function fetchBase({ name, base }: Target): Promise<string> {
  const { version, integrity } = (await readLock()).packages[`node_modules/${base}`] ?? {}
  if (version === undefined || integrity === undefined) throw new Error(`${base} is not in package-lock.json`)
  const directory = `build/base-${name}`
  const file = join(directory, `${base.slice(1).replace('/', '-')}-${version}.tgz`)
  await mkdir(directory, { recursive: true })
  if ((await hash(file)) !== integrity) {
    await execa('npm', ['pack', `${base}@${version}`, '--pack-destination', directory], { stdout: 'ignore' })
    const fetched = await hash(file)
    if (fetched !== integrity) {
      await rm(file, { force: true })
      throw new Error(`${base}@${version} is ${fetched}, but package-lock.json says ${integrity}`)
    }
  }
  await execa('tar', ['-xzf', file, '-C', directory, 'package/bin/bun'])
  return join(directory, 'package/bin/bun')
}

/** @returns the hash in npm's form; undefined when the file does not exist */
async function hash(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  return bytes === undefined ? undefined : `sha512-${createHash('sha512').update(bytes).digest('base64')}`
}
