/**
 * `npm run build:image-files [-- --target arm64]`: makes `dist/image/<target>/`, the complete content of the container image.
 *
 * podorder/image/   the executable under its names, relocated to this path, and `lib/` with its own loader and C library.
 *                   The path is not podorder/bin: pods mount their volume there, which would hide it in the init container.
 * entrypoint, lib   links for an image volume, which mounts this whole directory at podorder/image
 * ko-app/           the directory of the entrypoint in Tekton's images
 * podorder/licenses/, podorder/sbom.cdx.json
 */
import { execa } from 'execa'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { place, readWith } from '../src/install/placement.io.ts'
import { relocate } from '../src/install/elf.ts'
import { fetchLibc, type Libc } from './fetch-libc.ts'
import { listShipped, nameOf, readLock } from './lock.ts'
import { quietLoader } from './quiet-loader.ts'
import { createSbom } from './sbom.ts'
import { HOST, readTarget } from './target.ts'

/** The path of the files in the image, for which the executable is relocated. */
const PLACE = '/podorder/image'
/** The libraries that the executable needs (DT_NEEDED), other than the loader. */
const LIBRARIES = ['libc.so.6', 'libm.so.6', 'libpthread.so.0', 'libdl.so.2']
const COMMON_LICENSES = '/usr/share/common-licenses'

const { values } = parseArgs({ options: { target: { type: 'string', default: HOST.name } } })
const target = readTarget(values.target)
const root = `dist/image/${target.name}`
const bin = join(root, PLACE)
const lock = await readLock()

await execa('bun', ['scripts/build.ts', '--target', target.name], { stdio: 'inherit' })
const libc = await fetchLibc(target)
await rm(root, { recursive: true, force: true })
await mkdir(join(bin, 'lib'), { recursive: true })
await putLibraries(libc)
putExecutable()
for (const name of ['podorder', 'kubectl-podorder']) await symlink('entrypoint', join(bin, name))
// If the image is mounted as a volume, this directory becomes podorder/image, so it must have the same files.
for (const name of ['entrypoint', 'lib']) await symlink(join(PLACE.slice(1), name), join(root, name))
await mkdir(join(root, 'ko-app'))
await symlink(`..${PLACE}/entrypoint`, join(root, 'ko-app/entrypoint'))
await putLicenses(libc)
const sbom = createSbom(lock, { target, libcVersion: libc.version })
await writeFile(join(root, 'podorder/sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`)

async function putLibraries({ root: from }: Libc): Promise<void> {
  const directory = join(from, 'lib', target.debianLibraries)
  for (const name of LIBRARIES) await cp(join(directory, name), join(bin, 'lib', name))
  const loader = quietLoader(await readFile(join(directory, target.loader)), target.name)
  await writeFile(join(bin, 'lib/ld.so'), loader, { mode: 0o755 })
}

function putExecutable(): void {
  const built = `dist/${target.name}/entrypoint`
  const patches = readWith(built, (read) => relocate(read, PLACE))
  if ('problem' in patches) throw new Error(`${built}: ${patches.problem}`)
  place(built, join(bin, 'entrypoint'), patches)
}

async function putLicenses({ root: from, version }: Libc): Promise<void> {
  const directory = join(root, 'podorder/licenses')
  await mkdir(directory)
  await cp('LICENSE', join(directory, 'podorder'))
  await cp('scripts/licenses/bun.md', join(directory, 'bun.md'))
  const changes = (await readFile('scripts/licenses/glibc.md', 'utf8')).replaceAll('VERSION', version)
  await writeFile(join(directory, 'glibc.md'), changes)
  await cp(join(from, 'usr/share/doc/libc6/copyright'), join(directory, 'glibc.copyright'))
  for (const name of ['LGPL-2', 'LGPL-2.1']) await cp(join(COMMON_LICENSES, name), join(directory, name))
  for (const [path] of listShipped(lock)) {
    const text = await findLicense(path)
    await writeFile(join(directory, `npm-${nameOf(path).replace('/', '-')}`), text)
  }
}

/** Finds the licence file of a package. Its name differs between packages. */
async function findLicense(path: string): Promise<string> {
  const name = (await readdir(path)).find((file) => /^licen[cs]e/i.test(file))
  if (name === undefined) throw new Error(`${path} has no licence file`)
  return readFile(join(path, name), 'utf8')
}
