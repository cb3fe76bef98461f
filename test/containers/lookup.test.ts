/** Commands of images that podman has made and pushed, as far as it can make them; other shapes are in test/commands. */
import test from 'ava'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lookUp } from '../image/look-up.ts'
import { podman } from '../support/podman.ts'
import { makeDirectory, startRegistry, type Registry } from '../support/registry.ts'

const directory = makeDirectory()
let registry: Registry

test.before(async () => {
  registry = await startRegistry(directory.path)
})

test.after.always(async () => {
  await registry.stop()
  directory.remove()
})

/** Storage of its own: podman 4.3 leaves parts of images and lists behind, over which `podman images` stumbles. */
function call(...words: readonly string[]): Promise<string> {
  const [root, run] = [join(directory.path, 'storage'), join(directory.path, 'run')]
  return podman('--root', root, '--runroot', run, '--storage-driver', 'vfs', ...words)
}

async function build(tag: string, lines: readonly string[], platform = 'linux/amd64'): Promise<string> {
  const image = `localhost/${tag}:1`
  const file = join(directory.path, `${tag}.containerfile`)
  writeFileSync(file, ['FROM scratch', `LABEL tag=${tag}`, ...lines, ''].join('\n'))
  await call('build', '--quiet', '--platform', platform, '--tag', image, '--file', file, directory.path)
  return image
}

for (const format of ['v2s2', 'oci']) {
  test.serial(`podman push --format ${format}: the command is what the image was built with`, async (t) => {
    const image = await build(format, ['ENTRYPOINT ["/app", "$HOME"]', 'CMD ["serve"]'])
    const pushed = `${registry.host}/pushed:${format}`
    await call('push', '--quiet', '--tls-verify=false', '--format', format, image, pushed)
    t.deepEqual(await lookUp({ images: [pushed, { image: pushed, args: ['x'] }], insecure: [registry.host] }), [
      { words: ['/app', '$$HOME', 'serve'] },
      { words: ['/app', '$$HOME', 'x'] },
    ])
  })

  test.serial(`podman manifest push --format ${format}: each platform has its own`, async (t) => {
    const list = `localhost/list-${format}:1`
    await call('manifest', 'create', list)
    for (const [platform, command] of [
      ['linux/amd64', '/amd'],
      ['linux/arm64', '/arm'],
    ] as const) {
      const image = await build(`${format}${command.replace('/', '-')}`, [`CMD ["${command}"]`], platform)
      await call('manifest', 'add', list, `containers-storage:${image}`)
    }
    const pushed = `${registry.host}/list:${format}`
    await call(
      'manifest',
      'push',
      '--quiet',
      '--all',
      '--tls-verify=false',
      '--format',
      format,
      list,
      `docker://${pushed}`,
    )
    t.deepEqual(await lookUp({ images: [pushed], insecure: [registry.host] }), [
      { platforms: { 'linux/amd64': ['/amd'], 'linux/arm64': ['/arm'] } },
    ])
  })
}
