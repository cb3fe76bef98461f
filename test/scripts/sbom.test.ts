import test from 'ava'
import { execa } from 'execa'
import { type Lock, listShipped, readLock } from '../../scripts/lock.ts'
import { BUN_PARTS, BUN_VERSION, NO_PARTS } from '../../scripts/bun-parts.ts'
import { createSbom } from '../../scripts/sbom.ts'
import { readTarget } from '../../scripts/target.ts'

interface Sbom {
  readonly components: readonly {
    readonly 'bom-ref': string
    readonly hashes?: readonly { readonly content: string }[]
  }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

const LOCK: Lock = {
  name: 'app',
  version: '1.0.0',
  packages: {
    '': { license: 'Apache-2.0', dependencies: { a: '1', '@s/b': '1' } },
    'node_modules/a': { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAEC', dependencies: { c: '2' } },
    'node_modules/@s/b': { version: '1.1.0', license: '(MIT OR ISC)', dependencies: { c: '1', gone: '1' } },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/a/node_modules/c': { version: '2.0.0' },
    'node_modules/tool': { version: '1.0.0', dev: true },
    'node_modules/@oven/bun-linux-x64': { version: '1.0.0', license: 'MIT', dev: true },
  },
}
const target = readTarget('amd64')

test('what is shipped is listed, and what only builds it is not', (t) => {
  const { components } = createSbom(LOCK, { target }) as Sbom
  t.deepEqual(
    components.map((component) => component['bom-ref']),
    [
      'pkg:npm/a@1.0.0',
      'pkg:npm/%40s/b@1.1.0',
      'pkg:npm/c@1.0.0',
      'pkg:npm/c@2.0.0',
      'pkg:npm/%40oven/bun-linux-x64@1.0.0',
    ],
  )
  t.like(components[0], {
    name: 'a',
    hashes: [{ alg: 'SHA-512', content: '000102' }],
    licenses: [{ license: { id: 'MIT' } }],
  })
  t.like(components[1], { name: '@s/b', licenses: [{ expression: '(MIT OR ISC)' }] })
})

test('a dependency is the one that Node would find', (t) => {
  const { dependencies } = createSbom(LOCK, { target, libcVersion: '2.36-9' }) as Sbom
  const libc = 'pkg:deb/debian/libc6@2.36-9?arch=amd64'
  t.deepEqual(Object.fromEntries(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn])), {
    'pkg:npm/app@1.0.0': ['pkg:npm/%40oven/bun-linux-x64@1.0.0', 'pkg:npm/%40s/b@1.1.0', 'pkg:npm/a@1.0.0'],
    'pkg:npm/a@1.0.0': ['pkg:npm/c@2.0.0'],
    'pkg:npm/%40s/b@1.1.0': ['pkg:npm/c@1.0.0'],
    'pkg:npm/c@1.0.0': [],
    'pkg:npm/c@2.0.0': [],
    'pkg:npm/%40oven/bun-linux-x64@1.0.0': [libc],
  })
})

test('of this project: every reference leads to a component, every package is there, with its hash', async (t) => {
  const lock = await readLock()
  const { components, dependencies } = createSbom(lock, { target, libcVersion: '1' }) as Sbom
  const refs = new Set(components.map((component) => component['bom-ref']))
  t.is(refs.size, listShipped(lock).length + 2 + BUN_PARTS.length)
  for (const { dependsOn } of dependencies) for (const ref of dependsOn) t.true(refs.has(ref), ref)
  const hashes = components.flatMap((component) => component.hashes ?? [])
  t.is(hashes.length, components.length - 1 - BUN_PARTS.length)
  for (const { content } of hashes) t.regex(content, /^[0-9a-f]{128}$/)
})

test('the libraries within Bun are those that the locked Bun says it has', async (t) => {
  const { stdout } = await execa('bun', ['--print', 'JSON.stringify(process.versions)'], { preferLocal: true })
  const versions = JSON.parse(stdout) as Readonly<Record<string, string>>
  t.is(versions['bun'], BUN_VERSION)
  const listed = Object.fromEntries(BUN_PARTS.map(({ key, version }) => [key, version]))
  const parts = Object.entries(versions).filter(([key]) => !NO_PARTS.includes(key))
  t.deepEqual(listed, Object.fromEntries(parts))
  const sbom = createSbom(await readLock(), { target }) as Sbom
  const bun = sbom.dependencies.find(({ ref }) => ref.endsWith(`bun-linux-x64@${BUN_VERSION}`))
  t.is(bun?.dependsOn.length, BUN_PARTS.length)
})
