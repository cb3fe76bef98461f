/** What docs/reference.md says that inject writes: that, and nothing else, with the values that it gives. */
import test from 'ava'
import { isDeepStrictEqual } from 'node:util'
import { readManifest } from '../src/manifest/yaml.io.ts'
import { fieldOf, listOf, textOf } from '../src/pod/api-object.ts'
import type { PodTemplate } from '../src/pod/pod.ts'
import { rewritePod } from '../src/rewrite/rewrite.ts'
import { openPlace } from './support/podorder.ts'
import { readTable, sortOnce, wordsOf } from './support/reference.ts'

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'shop', annotations: { 'podorder.io/depends-on': 'web: {db: ready, sidecar/proxy: ready}' } },
  spec: {
    initContainers: [{ name: 'proxy', image: 'proxy', restartPolicy: 'Always' }],
    containers: [
      { name: 'db', image: 'db', command: ['/db'] },
      {
        name: 'web',
        image: 'web',
        command: ['/web'],
        args: ['--fast'],
        livenessProbe: { tcpSocket: { port: 80 } },
        lifecycle: { postStart: { exec: { command: ['/warm'] } }, preStop: { exec: { command: ['/cool'] } } },
      },
    ],
  },
}

const STEPS = {
  ...POD,
  metadata: { name: 'steps', annotations: { 'podorder.io/steps': 'db, web' } },
  spec: {
    restartPolicy: 'Never',
    containers: ['db', 'web'].map((name) => {
      return { name, image: name, command: [name], resources: { requests: { cpu: name === 'db' ? '2' : '1' } } }
    }),
  },
}

/** A pod as the table names its parts; what is in a list by its name, a mount by its path. */
function listFacts(pod: unknown): ReadonlyMap<string, unknown> {
  const spec = fieldOf(pod, 'spec')
  const containers = [...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')]
  return new Map([
    ...['annotations', 'labels'].flatMap((field) => {
      const entries = Object.entries(fieldOf(pod, 'metadata', field) ?? {})
      return entries.map(([name, value]) => [`metadata.${field}.${name}`, value] as const)
    }),
    ...listOf(spec, 'volumes').map((volume) => takeName('spec.volumes', volume, 'name')),
    ...containers.flatMap((container) => {
      const name = textOf(container, 'name')
      return Object.entries(container as object).flatMap(([field, value]): readonly (readonly [string, unknown])[] => {
        const key = field === 'volumeMounts' ? 'mountPath' : field === 'env' ? 'name' : undefined
        if (key === undefined) return field === 'name' ? [] : [[`${name}.${field}`, value]]
        return (value as readonly unknown[]).map((item) => takeName(`${name}.${field}`, item, key))
      })
    }),
  ])
}

function takeName(path: string, item: unknown, key: string): readonly [string, unknown] {
  const { [key]: name, ...rest } = item as Readonly<Record<string, unknown>>
  return [`${path}.${String(name)}`, rest]
}

function listChanges(before: unknown, after: unknown): readonly string[] {
  const [former, latter] = [listFacts(before), listFacts(after)]
  const paths = new Set([...former.keys(), ...latter.keys()])
  return [...paths].filter((path) => !isDeepStrictEqual(former.get(path), latter.get(path)))
}

/** Of an image whose platforms have commands of their own, which only a registry would tell. */
function rewriteForPlatforms(): readonly string[] {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'web', image: 'web' }] } } as PodTemplate
  const order = {
    edges: [],
    outside: [],
    containers: ['web'],
    main: [],
    stopOrder: 'together',
    waitTimeoutMs: undefined,
    sidecars: new Set<string>(),
    options: new Map(),
  } as const
  const commandOf = () => ({ platforms: { 'linux/amd64': ['/web'], 'linux/arm64': ['/bin/web'] } })
  return listChanges(template, rewritePod(template, order, { image: 'podorder', commandOf }))
}

test('inject changes what the table says, and nothing else', async (t) => {
  const place = openPlace(t)
  const inject = async (pod: object, ...words: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await place.run(['inject', '-', ...words], { stdin: JSON.stringify(pod) })
    t.is(code, 0, stderr)
    return JSON.parse(stdout)
  }
  const injected = await inject(POD)
  const rows = readTable('What inject writes').map(({ path = '', value = '' }) => ({ paths: wordsOf(path), value }))
  const changed = [
    ...listChanges(POD, injected),
    ...listChanges(STEPS, await inject(STEPS, '--requests', 'max')),
    ...rewriteForPlatforms(),
  ].filter((path) => !path.startsWith('db.'))
  t.deepEqual(sortOnce(rows.flatMap(({ paths }) => paths)), sortOnce(changed))

  const facts = listFacts(injected)
  for (const path of sortOnce(rows.flatMap(({ paths }) => paths))) {
    const values = rows
      .filter((row) => row.value !== '' && row.paths.includes(path))
      .map(({ value }) => fieldOf(readManifest(`value: ${value}\n`).documents[0]?.value, 'value'))
    // What is too long for one row is on two.
    if (values.length > 1) t.deepEqual(facts.get(path), Object.assign({}, ...values), path)
    else if (values.length === 1) t.deepEqual(facts.get(path), values[0], path)
  }
  t.is(textOf(listOf(fieldOf(injected, 'spec'), 'initContainers')[0], 'name'), 'podorder-init')
  t.deepEqual((facts.get('web.args') as readonly string[]).slice(-3), ['--', '/web', '--fast'])
  t.deepEqual(Object.keys(facts.get('web.lifecycle') as object), ['preStop'])
})

test('with --bin-source image-volume the executable comes from the image', async (t) => {
  const place = openPlace(t)
  const words = ['inject', '-', '--bin-source', 'image-volume', '--image', 'podorder:1']
  const facts = listFacts(JSON.parse((await place.run(words, { stdin: JSON.stringify(POD) })).stdout))
  t.deepEqual(facts.get('spec.volumes.podorder-bin'), { image: { reference: 'podorder:1' } })
  t.false(facts.has('podorder-init.volumeMounts./podorder/bin'))
})
