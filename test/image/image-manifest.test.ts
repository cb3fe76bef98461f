import test from 'ava'
import * as fc from 'fast-check'
import { readImageConfig, readImageManifest } from '../../src/image/image-manifest.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const OCI = 'application/vnd.oci.image.manifest.v1+json'
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json'
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const OCI_CONFIG = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('c'), size: 1 }
const DOCKER_CONFIG = { ...OCI_CONFIG, mediaType: 'application/vnd.docker.container.image.v1+json' }

const read = (manifest: unknown, type?: string) => readImageManifest(JSON.stringify(manifest), type)

const entry = (letter: string, platform?: string, mediaType = OCI) => {
  const [os, architecture, variant] = platform?.split('/') ?? []
  return {
    ...{ mediaType, digest: digest(letter), size: 1 },
    ...(platform === undefined ? {} : { platform: { os, architecture, variant } }),
  }
}

test('an image, whether the manifest or the answer names its type, or none', (t) => {
  const image = { kind: 'image', config: { digest: digest('c'), platform: undefined } }
  t.like(read({ schemaVersion: 2, mediaType: DOCKER, config: DOCKER_CONFIG }), image)
  t.like(read({ schemaVersion: 2, config: OCI_CONFIG }, `${OCI}; charset=utf-8`), image)
  t.like(read({ schemaVersion: 2, config: OCI_CONFIG }), image)
  // An image may not become an index by a stray field.
  t.like(read({ schemaVersion: 2, mediaType: OCI, config: OCI_CONFIG, manifests: [] }), image)
})

test('of an index the entries that may be for Linux, one a platform, the first', (t) => {
  const manifests = [
    entry('1', 'windows/amd64'),
    entry('2', 'linux/amd64'),
    entry('3', 'linux/arm64/v8'),
    entry('4', 'linux/arm/v7'),
    entry('5', 'unknown/unknown'),
    entry('6', 'linux/amd64', DOCKER),
    entry('7', 'linux/amd64/v3'),
    entry('8', undefined),
    entry('9', 'linux/s390x', OCI_INDEX),
    { ...entry('a', 'linux/riscv64'), digest: 'sha256:../../x' },
    'nonsense',
  ]
  t.deepEqual(read({ schemaVersion: 2, manifests }, OCI_INDEX), {
    kind: 'index',
    entries: [
      { digest: digest('2'), platform: 'linux/amd64' },
      { digest: digest('3'), platform: 'linux/arm64' },
      { digest: digest('4'), platform: 'linux/arm/v7' },
      { digest: digest('7'), platform: 'linux/amd64/v3' },
      { digest: digest('8'), platform: undefined },
    ],
  })
})

for (const [what, manifest, problem] of [
  [
    'schema 1',
    { schemaVersion: 1, fsLayers: [] },
    'it is of schema version 1, which is no longer supported; push it again',
  ],
  ['no configuration', { schemaVersion: 2, layers: [] }, 'it is not an image: its manifest has no configuration'],
  [
    'an artifact',
    { schemaVersion: 2, config: { ...OCI_CONFIG, mediaType: 'x' } },
    'it is not a container image, but another artifact',
  ],
  [
    'a digest that leads elsewhere',
    { schemaVersion: 2, config: { ...OCI_CONFIG, digest: '../x' } },
    'its manifest names its configuration by neither sha256 nor sha512',
  ],
  ['an index without a list', { mediaType: OCI_INDEX }, 'its index has no list of manifests'],
  ['an empty index', { manifests: [] }, 'it has no image for Linux'],
  ['attestations alone', { manifests: [entry('1', 'unknown/unknown')] }, 'it has no image for Linux'],
  ['Windows alone', { manifests: [entry('1', 'windows/amd64')] }, 'it has no image for Linux, only for windows/amd64'],
  [
    'too many',
    { manifests: Array.from({ length: 65 }, (_, at) => entry('1', `linux/cpu${at}`)) },
    'it has more than 64 platforms',
  ],
] as const) {
  test(`refused: ${what}`, (t) => t.deepEqual(read(manifest), { kind: 'other', problem }))
}

test('no text throws, whatever it is', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      readImageManifest(text, OCI_INDEX)
      readImageConfig(text, undefined)
    }),
  )
  t.deepEqual(readImageManifest('{', undefined), { kind: 'other', problem: 'its manifest is not JSON' })
})

test("an image's configuration: its platform is what the index says, else its own", (t) => {
  const text = JSON.stringify({
    os: 'linux',
    architecture: 'arm',
    variant: 'v6',
    config: { Entrypoint: ['/a'], Cmd: null },
  })
  t.deepEqual(readImageConfig(text, undefined), { platform: 'linux/arm/v6', entrypoint: ['/a'], cmd: [] })
  t.deepEqual(readImageConfig(text, 'linux/arm/v7'), { platform: 'linux/arm/v7', entrypoint: ['/a'], cmd: [] })
  t.deepEqual(readImageConfig('{}', undefined), { platform: 'linux', entrypoint: [], cmd: [] })
  t.is(readImageConfig('[]', undefined), undefined)
})
