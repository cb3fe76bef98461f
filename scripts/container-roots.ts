/**
 * `bun scripts/container-roots.ts`: makes the images of the container tests, in a separate storage of podman. It needs root, a C
 * compiler, musl-tools, busybox-static and debootstrap, and for podorder's own image `npm run build:image-files`. The trees of Debian
 * are kept in build/roots, since they take long to make.
 */
import { execa } from 'execa'
import { access, chown, copyFile, glob, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { DEBIAN_RELEASES, PODORDER_IMAGE, ROOTS } from '../test/containers/roots.ts'
import { BIN, INSTALLED, NOBODY } from '../test/support/container.ts'
import { podman, PODMAN_ENVIRONMENT, setUpPodman } from '../test/support/podman.ts'

const TREES = 'build/roots'
const ACTOR = 'test/containers/actor.c'
const PRELOAD = 'test/containers/preload.c'
const BUSYBOX = '/bin/busybox'
const MUSL_LOADER = '/lib/ld-musl-*.so.1'
const WARNINGS = ['-Wall', '-Wextra', '-Werror']
/** Paths that no test needs, about half of a Debian image. */
const LEFT_OUT = ['debootstrap', 'var/cache', 'var/lib/apt', 'usr/share/doc', 'usr/share/locale', 'usr/share/man']

await setUpPodman()
await Promise.all([
  makeScratch('scratch'),
  makeBusybox('busybox'),
  makeMusl('musl'),
  ...DEBIAN_RELEASES.map(({ root, release }) => makeDebian(root, release)),
])
for (const { name, image } of ROOTS) await importTree(name, image)
await execa('bun', ['scripts/assemble-image.ts', '--tag', PODORDER_IMAGE], {
  env: PODMAN_ENVIRONMENT,
  stdio: 'inherit',
})
await podman('image', 'prune', '--force')
await mkdir(INSTALLED, { recursive: true })
await chown(INSTALLED, NOBODY, NOBODY)
const install = [`--volume=${INSTALLED}:${BIN}`, `--user=${NOBODY}`, PODORDER_IMAGE, 'install', '--to', BIN]
process.stdout.write(`${await podman('run', '--rm', '--network=none', ...install)}\n`)

async function makeScratch(name: string): Promise<void> {
  const tree = await makeTree(name)
  await execa('musl-gcc', [...WARNINGS, '-static', ACTOR, '-o', join(tree, 'actor')])
}

async function makeBusybox(name: string): Promise<void> {
  const tree = await makeTree(name)
  await mkdir(join(tree, 'bin'))
  await copyFile(BUSYBOX, join(tree, 'bin/busybox'))
  const { stdout: applets } = await execa(BUSYBOX, ['--list'])
  for (const applet of applets.split('\n')) {
    if (applet !== 'busybox') await symlink('busybox', join(tree, 'bin', applet))
  }
  await execa('musl-gcc', [...WARNINGS, '-static', ACTOR, '-o', join(tree, 'actor')])
}

async function makeMusl(name: string): Promise<void> {
  const tree = await makeTree(name)
  await mkdir(join(tree, 'lib'))
  await mkdir(join(tree, 'foreign'))
  for await (const loader of glob(MUSL_LOADER)) await copyFile(loader, join(tree, loader))
  await execa('musl-gcc', [...WARNINGS, ACTOR, '-o', join(tree, 'actor')])
  await execa('musl-gcc', [...WARNINGS, '-shared', '-fPIC', PRELOAD, '-o', join(tree, 'foreign/preload.so')])
  // The name is that of glibc's C library, so glibc's loader would take this file of musl for its own.
  for await (const loader of glob(MUSL_LOADER)) await copyFile(loader, join(tree, 'foreign/libc.so.6'))
}

/** Makes a tree of Debian that is unpacked but not configured, since none of its programs run here. */
async function makeDebian(name: string, release: string): Promise<void> {
  const tree = join(TREES, name)
  if (!(await isThere(tree))) {
    const making = await makeTree(`${name}.making`)
    await execa('debootstrap', ['--variant=minbase', '--foreign', release, making])
    for (const path of LEFT_OUT) await rm(join(making, path), { recursive: true, force: true })
    // debootstrap leaves the machine's /proc there. A container mounts its own.
    await rm(join(making, 'proc'))
    await mkdir(join(making, 'proc'))
    await mkdir(join(making, 'foreign'))
    for await (const libc of glob('lib/*-linux-gnu/libc.so.6', { cwd: making })) {
      await symlink(`/${libc}`, join(making, 'foreign/libc.so.6'))
    }
    await rename(making, tree)
  }
  await execa('musl-gcc', [...WARNINGS, '-static', ACTOR, '-o', join(tree, 'actor')])
  // Without libraries, every release of Debian can load it.
  await execa('gcc', [...WARNINGS, '-shared', '-nostdlib', '-fPIC', PRELOAD, '-o', join(tree, 'foreign/preload.so')])
}

/** @returns an empty directory. */
async function makeTree(name: string): Promise<string> {
  const tree = join(TREES, name)
  await rm(tree, { recursive: true, force: true })
  await mkdir(tree, { recursive: true })
  return tree
}

async function importTree(name: string, image: string): Promise<void> {
  const archive = join(TREES, `${name}.tar`)
  await execa('tar', ['--create', '--file', archive, '--directory', join(TREES, name), '.'])
  await podman('import', '--quiet', archive, image)
  await rm(archive)
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
