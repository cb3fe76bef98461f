/** What images run, asked of a real registry. */
import test, { type ExecutionContext } from 'ava'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandFound } from '../../src/image/lookup.ts'
import { makeDirectory, openPusher, startRegistry, type Registry } from '../support/registry.ts'
import { lookUp, lookUpAll, RUNTIMES, type Lookup } from './look-up.ts'

const directory = makeDirectory()
let registry: Registry
/** Of the images that are pinned. */
const digests = { single: '', index: '' }

test.before(async () => {
  registry = await startRegistry(directory.path)
  const { image, index, attestation, artifact } = openPusher(registry)
  digests.single = (await image('both:oci', { entrypoint: ['/app', '--home=$HOME'], cmd: ['serve'] })).digest
  await image('both:docker', { entrypoint: ['/app'], cmd: ['serve'], format: 'docker' })
  await image('entrypoint', { entrypoint: ['/app'] })
  await image('entrypoint:latest', { entrypoint: ['/app'] })
  await image('cmd:1', { cmd: ['sh', '-c', 'ls'] })
  await image('none:1', {})
  await image('windows:1', { os: 'windows', entrypoint: ['app.exe'] })
  const amd64 = await image('team/many', { entrypoint: ['/app'], cmd: ['a'] })
  const arm64 = await image('team/many', { entrypoint: ['/app'], cmd: ['a'], architecture: 'arm64', variant: 'v8' })
  const other = await image('team/many', { entrypoint: ['/arm$'], cmd: ['a'], architecture: 'arm64', variant: 'v8' })
  const arm5 = await image('team/many', { cmd: ['five'], architecture: 'arm', variant: 'v5' })
  const arm7 = await image('team/many', { cmd: ['seven'], architecture: 'arm', variant: 'v7' })
  const windows = await image('team/many', { entrypoint: ['app.exe'], os: 'windows' })
  const attests = await attestation('team/many')
  digests.index = (await index('team/many:agree', [windows, amd64, attests, arm64, attests])).digest
  await index('team/many:docker', [amd64, arm64], 'docker')
  await index('team/many:differ', [amd64, attests, other, arm5, arm7])
  await index('team/many:windows', [windows, attests])
  await artifact('chart:1')
})

test.after.always(async () => {
  await registry.stop()
  directory.remove()
})

function told(found: CommandFound | undefined): unknown {
  if (found === undefined || 'problem' in found) return found?.problem
  return 'words' in found ? found.words : found.platforms
}

test('what an image exists for comes with its command, unless somebody has said that', async (t) => {
  const images = ['team/many:agree', 'team/many:differ', 'both:oci'].map((name) => `${registry.host}/${name}`)
  const said = { image: images[0] ?? '', said: '["/app"]' }
  const found = await lookUpAll({ images: [...images, said], insecure: [registry.host] })
  t.deepEqual(
    found.map((one) => ('problem' in one ? one.problem : one.on)),
    [
      ['linux/amd64', 'linux/arm64'],
      ['linux/amd64', 'linux/arm64', 'linux/arm/v5', 'linux/arm/v7'],
      ['linux/amd64'],
      undefined,
    ],
  )
})

for (const [runtime, find] of Object.entries(RUNTIMES)) {
  const ask = async (lookup: Lookup): Promise<readonly unknown[]> =>
    (await find({ insecure: [registry.host], ...lookup })).map(told)
  const here = (name: string) => `${registry.host}/${name}`
  const unknown = (name: string, why: string) => `the command of image "${here(name)}" is not known: ${why}`

  test(`${runtime}: single images, by schema 2 and OCI, whatever they have of ENTRYPOINT and CMD`, async (t) => {
    const args = ['x', '$(Y)']
    const names = ['both:oci', 'both:docker', 'entrypoint', 'cmd:1']
    t.deepEqual(
      await ask({ images: names.flatMap((name) => [here(name), { image: here(name), args }]) }),
      [
        [
          ['/app', '--home=$$HOME', 'serve'],
          ['/app', '--home=$$HOME', ...args],
        ],
        [
          ['/app', 'serve'],
          ['/app', ...args],
        ],
        [['/app'], ['/app', ...args]],
        [['sh', '-c', 'ls'], args],
      ].flat(),
    )
  })

  test(`${runtime}: one command when all Linux platforms agree, else one for each`, async (t) => {
    const image = here('team/many:differ')
    t.deepEqual(
      await ask({ images: [here('team/many:agree'), here('team/many:docker'), image, { image, args: ['x'] }] }),
      [
        ['/app', 'a'],
        ['/app', 'a'],
        {
          'linux/amd64': ['/app', 'a'],
          'linux/arm64': ['/arm$$', 'a'],
          'linux/arm': ['five'],
          'linux/arm/v7': ['seven'],
        },
        { 'linux/amd64': ['/app'], 'linux/arm64': ['/arm$$'], 'linux/arm': [] },
      ],
    )
  })

  test(`${runtime}: what has no command is said in one sentence with the three ways out`, async (t) => {
    const image = here('none:1')
    const [none, withArgs, ...others] = await find({
      insecure: [registry.host],
      images: [
        image,
        { image, args: ['x'] },
        ...['windows:1', 'team/many:windows', 'chart:1', 'nobody:1', 'UPPER:1'].map(here),
      ],
    })
    t.deepEqual(none, {
      problem: unknown('none:1', 'it has no ENTRYPOINT and no CMD'),
      fix: `write "command" in the container, or annotate its pod with podorder.io/command.app: '["/path/of/it", "word"]', or list the image in a file for --image-config`,
    })
    t.deepEqual(withArgs, { words: ['x'] })
    t.deepEqual(others.map(told), [
      unknown('windows:1', 'it has no image for Linux, only for windows/amd64'),
      unknown('team/many:windows', 'it has no image for Linux, only for windows/amd64'),
      unknown('chart:1', 'it is not a container image, but another artifact'),
      unknown('nobody:1', `${registry.host} has no such image (404 MANIFEST_UNKNOWN)`),
      unknown('UPPER:1', 'its name has capitals in its repository, which are not allowed'),
    ])
  })

  test(`${runtime}: plain HTTP is spoken where it is allowed, and nowhere else`, async (t) => {
    t.deepEqual(await ask({ images: [here('cmd:1')], insecure: [] }), [
      unknown('cmd:1', `${registry.host} does not speak TLS; name it with --insecure-registry if plain HTTP will do`),
    ])
  })

  test(`${runtime}: what is pinned is kept by its digest, tags are asked for each time`, async (t) => {
    const own = makeDirectory()
    t.teardown(own.remove)
    const cache = join(own.path, 'cache')
    const pins = [here(`both@${digests.single}`), here(`team/many:gone@${digests.index}`)]
    const expected = [
      ['/app', '--home=$$HOME', 'serve'],
      ['/app', 'a'],
    ]
    t.deepEqual(await ask({ images: pins, cache }), expected)
    const names = [digests.single, digests.index].map((digest) => `${digest.replace(':', '-')}.json`)
    t.deepEqual(readdirSync(cache).toSorted(), names.toSorted())
    t.deepEqual(await ask({ images: pins, cache, offline: true }), expected)
    t.deepEqual(await ask({ images: [here('both:oci')], cache, offline: true }), [
      unknown('both:oci', 'a tag does not identify an image, and --offline forbids asking the registry'),
    ])
    // The record and not the registry is read, also for a tag whose digest is known.
    writeFileSync(
      join(cache, names[0] ?? ''),
      '{"images":[{"platform":"linux/amd64","entrypoint":["/kept"],"cmd":[]}]}',
    )
    t.deepEqual(await ask({ images: [pins[0] ?? '', here('both:oci')], cache }), [['/kept'], ['/kept']])
  })
}

test('a pinned image needs no registry a second time', async (t) => {
  const own = makeDirectory()
  t.teardown(own.remove)
  const shortLived = await startRegistry(own.path)
  const { digest } = await openPusher(shortLived).image('app:1', { cmd: ['/app'] })
  const lookup = {
    images: [`${shortLived.host}/app@${digest}`],
    insecure: [shortLived.host],
    cache: join(own.path, 'cache'),
  }
  const first = await lookUp(lookup)
  await shortLived.stop()
  t.deepEqual([first, await lookUp(lookup)], [[{ words: ['/app'] }], [{ words: ['/app'] }]])
})

for (const [what, spoil] of [
  ['cut short', (file: string) => writeFileSync(file, '{"images":[{"platform":"linux/amd64","entryp')],
  [
    'of another shape',
    (file: string) => writeFileSync(file, '{"images":[{"platform":"linux/amd64","entrypoint":"/x"}]}'),
  ],
  ['empty', (file: string) => writeFileSync(file, '')],
] as const) {
  test(`a record that is ${what} is written anew`, async (t) => {
    const own = makeDirectory()
    t.teardown(own.remove)
    const lookup = { images: [`${registry.host}/both@${digests.single}`], insecure: [registry.host], cache: own.path }
    const words = [{ words: ['/app', '--home=$$HOME', 'serve'] }]
    await lookUp(lookup)
    spoil(join(own.path, `${digests.single.replace(':', '-')}.json`))
    t.deepEqual(await lookUp(lookup), words)
    t.deepEqual(await lookUp({ ...lookup, offline: true }), words)
  })
}

test('a cache that cannot be written is none, and nothing is left in it', async (t) => {
  const own = makeDirectory()
  t.teardown(own.remove)
  writeFileSync(join(own.path, 'file'), '')
  mkdirSync(join(own.path, 'taken', `${digests.single.replace(':', '-')}.json`), { recursive: true })
  for (const cache of [join(own.path, 'file'), join(own.path, 'file', 'below'), join(own.path, 'taken')]) {
    t.deepEqual(
      await lookUp({ images: [`${registry.host}/both@${digests.single}`], insecure: [registry.host], cache }),
      [{ words: ['/app', '--home=$$HOME', 'serve'] }],
    )
  }
  t.deepEqual(
    [own.path, join(own.path, 'taken')].map((path) => readdirSync(path).length),
    [2, 1],
  )
})

/** Sources that must not ask: nothing listens there. */
const NOWHERE = '127.0.0.1:9/app:1'

async function sources(t: ExecutionContext, lookup: Lookup, expected: readonly unknown[]): Promise<void> {
  t.deepEqual((await lookUp(lookup)).map(told), expected)
}

test('the annotation comes first, then the file; neither asks a registry', (t) =>
  sources(
    t,
    {
      images: [
        { image: NOWHERE, said: '["/said", "$(X)"]' },
        { image: NOWHERE, said: '["/said"]', args: ['x', '$(Y)'] },
        { image: 'not AN image', said: '["/said"]' },
        { image: NOWHERE, said: '[]', args: ['x'] },
        NOWHERE,
        { image: NOWHERE, args: ['x'] },
        'nginx',
        `nginx:1@sha256:${'a'.repeat(64)}`,
      ],
      imageConfig: {
        [NOWHERE]: { entrypoint: ['/file'], cmd: ['$HOME'] },
        'docker.io/library/nginx:latest': { Entrypoint: null, Cmd: ['nginx'] },
        'nginx:1': { Cmd: ['one'] },
      },
    },
    [
      ['/said', '$$(X)'],
      ['/said', 'x', '$(Y)'],
      ['/said'],
      ['x'],
      ['/file', '$$HOME'],
      ['/file', 'x'],
      ['nginx'],
      ['one'],
    ],
  ))

test('an annotation that says nothing is a problem, not a reason to ask', (t) => {
  const why = (reason: string) => `the command of image "${NOWHERE}" is not known: ${reason}`
  return sources(t, { images: ['/said', '{"a":1}', '["a", 1]', '[]'].map((said) => ({ image: NOWHERE, said })) }, [
    why('podorder.io/command.app: it is not JSON; it must be a list of words, like ["/bin/app", "--serve"]'),
    why('podorder.io/command.app: it must be a list of words, like ["/bin/app", "--serve"]'),
    why('podorder.io/command.app: it must be a list of words, like ["/bin/app", "--serve"]'),
    why('it has no ENTRYPOINT and no CMD'),
  ])
})
