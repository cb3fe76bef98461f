/** Volumes of compose services: what of this machine goes along, what is shared, and what is told. */
import test from 'ava'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { openImport } from '../../../cmd/import.ts'
import { translateFile } from '../../../src/import/import.ts'
import { containersOf, documentsOf, type Json, openPlace, specOf } from '../../support/compose-place.ts'

const EMPTY = 'ends with the pod; use a named volume to keep it'
const HIDES = 'hides what the image has there; bring the files in the image, or in a volume'
const NODE = 'is a path of the machine itself, and of each node; it is left out'

interface Row {
  readonly title: string
  /** `volumes` of the services a, b, c. */
  readonly services: readonly (readonly string[])[]
  /** Each as `a: volume[/subPath] at /path`, with ` ro`. */
  readonly mounts: readonly string[]
  /** `name emptyDir`, or `name configMap`. */
  readonly volumes: readonly string[]
  /** Parts of the remarks, in their order; there are no others. */
  readonly told: readonly string[]
}

/** The project has these files; `sh.sh` and `bin/` are executable. */
const FILES: Readonly<Record<string, string>> = {
  'a.conf': 'a',
  Caddyfile: 'c',
  'sh.sh': '#!/bin/sh',
  'conf/x.conf': 'x',
  'conf/y.conf': 'y',
  'tree/x': 'x',
  'tree/sub/y': 'y',
  'state/app.log': 'l',
  'kept/.gitkeep': '',
  'big.txt': 'x'.repeat(1024 * 1024),
  'many/one': 'x'.repeat(600 * 1024),
  'many/two': 'x'.repeat(600 * 1024),
  'links/in': 'x',
}

const ROWS: readonly Row[] = [
  {
    title: 'a directory that two services mount is one volume',
    services: [['./s:/a'], ['./s/:/b'], ['s2:/c']],
    mounts: ['a: s-dir at /a', 'b: s-dir at /b', 'c: s2 at /c'],
    volumes: ['s-dir emptyDir', 's2 emptyDir'],
    told: [`3:15: services "a", "b": "./s" is a path of this machine; all its mounts share one empty directory, which ${EMPTY}`], // prettier-ignore
  },
  {
    title: 'a directory that one service mounts twice is one volume',
    services: [['./s:/a', './s:/b:ro']],
    mounts: ['a: s-dir at /a', 'a: s-dir at /b ro'],
    volumes: ['s-dir emptyDir'],
    told: [`"./s" is a path of this machine; all its mounts share one empty directory, which ${EMPTY}`],
  },
  {
    title: 'a directory within another that is mounted is a part of it',
    services: [['./s/sub:/a'], ['./s:/b']],
    mounts: ['a: s-dir/sub at /a', 'b: s-dir at /b'],
    volumes: ['s-dir emptyDir'],
    told: ['"./s/sub" is a path of this machine', '"./s" is a path of this machine'],
  },
  {
    title: 'a named volume and a directory of one name are two',
    services: [['./s:/a', 's-dir:/b']],
    mounts: ['a: s-dir at /a', 'a: s-dir-2 at /b'],
    volumes: ['s-dir emptyDir', 's-dir-2 emptyDir'],
    told: ['"./s" is a path of this machine'],
  },
  {
    title: 'a file that is only read goes along, and nothing is lost',
    services: [['./a.conf:/etc/a.conf:ro', './Caddyfile:/etc/caddy/Caddyfile:ro', '$PWD/a.conf:/etc/b:ro']],
    mounts: ['a: shop-a-conf/a.conf at /etc/a.conf ro', 'a: shop-caddyfile/Caddyfile at /etc/caddy/Caddyfile ro', 'a: shop-a-conf/a.conf at /etc/b ro'], // prettier-ignore
    volumes: ['shop-a-conf configMap', 'shop-caddyfile configMap'],
    told: [],
  },
  {
    title: 'a file that may be written goes along to be read',
    services: [['./a.conf:/etc/a.conf']],
    mounts: ['a: shop-a-conf/a.conf at /etc/a.conf ro'],
    volumes: ['shop-a-conf configMap'],
    told: ['"./a.conf" goes along as a ConfigMap, which the container cannot write to; write :ro if it is only read'],
  },
  {
    title: 'a small directory of text files goes along, by an absolute path too',
    services: [['$PWD/conf:/etc/conf:ro']],
    mounts: ['a: shop-conf at /etc/conf ro'],
    volumes: ['shop-conf configMap'],
    told: [],
  },
  {
    title: 'a directory with others in it, with data, or too large, begins empty',
    services: [['./tree:/a', './state:/b', './many:/c', './links:/d']],
    mounts: ['a: tree-dir at /a', 'a: state-dir at /b', 'a: many-dir at /c', 'a: links-dir at /d'],
    volumes: ['tree-dir emptyDir', 'state-dir emptyDir', 'many-dir emptyDir', 'links-dir emptyDir'],
    told: [
      `the directory "./tree" has more in it than plain files, so it does not fit in a ConfigMap; the container gets an empty directory, which ${HIDES}`,
      `the directory "./state" holds data, which does not go along; the container gets an empty directory, which ${HIDES}`,
      'the directory "./many" is too large for a ConfigMap',
      'the directory "./links" has more in it than plain files',
    ],
  },
  {
    title: 'an empty directory is an empty directory',
    services: [['./none:/a', './kept:/b', './nothing/:/c', './conf.d:/d']],
    mounts: ['a: none-dir at /a', 'a: kept-dir at /b', 'a: nothing-dir at /c', 'a: conf-d-dir at /d'],
    volumes: ['none-dir emptyDir', 'kept-dir emptyDir', 'nothing-dir emptyDir', 'conf-d-dir emptyDir'],
    told: ['"./none" is a path of this machine', '"./kept" is', '"./nothing/" is', '"./conf.d" is'],
  },
  {
    title: 'a file that is not there, or is too large, is left out',
    services: [['./gone.yml:/etc/a', './gone:/etc/b.toml', './big.txt:/c']],
    mounts: [],
    volumes: [],
    told: [
      'the file "./gone.yml" is not there; its mount is left out; make it, and import again',
      'the file "./gone" is not there; its mount is left out',
      'the file "./big.txt" is too large for an object of Kubernetes; its mount is left out',
    ],
  },
  {
    title: 'paths that a node has of its own are left out',
    services: [['/proc:/a', '/sys:/b', '/var/run/docker.sock:/c', '/etc/localtime:/d:ro', '/dev/shm:/e', '/:/f', '/tmp:/g', '/var/log:/h']], // prettier-ignore
    mounts: [],
    volumes: [],
    told: ['/proc', '/sys', '/var/run/docker.sock', '/etc/localtime', '/dev/shm', '/', '/tmp', '/var/log'].map(
      (path) => `"${path}" ${NODE}; if that of the node is meant, mount it as a volume of type hostPath`,
    ),
  },
  {
    title: 'the sources of the project do not go along',
    services: [['.:/app']],
    mounts: ['a: dir at /app'],
    volumes: ['dir emptyDir'],
    told: ['"." holds the project itself, which does not go along; the container gets an empty directory'],
  },
]

const FOLDERS = ['none']

for (const { title, services, mounts, volumes, told } of ROWS) {
  test(title, async (t) => {
    const place = openPlace(t)
    for (const [path, text] of Object.entries(FILES)) place.write(path, text)
    for (const folder of FOLDERS) mkdirSync(join(place.dir, folder))
    symlinkSync('/etc/passwd', join(place.dir, 'links/out'))
    const lines = services.flatMap((list, index) => [
      `  ${'abc'.charAt(index)}:`,
      `    volumes: [${list.map((one) => JSON.stringify(one)).join(', ')}]`,
      '    image: x',
    ])
    place.write('compose.yaml', ['services:', ...lines, 'volumes: {s2: , s-dir: }', ''].join('\n'))
    const { exitCode, stdout, stderr } = await place.run(['compose.yaml', '--volumes', 'empty'], '', { PWD: place.dir })
    t.is(exitCode, 0, stderr)
    t.deepEqual(containersOf(stdout).flatMap(tellMounts), mounts)
    t.deepEqual(((specOf(stdout)['volumes'] ?? []) as readonly Json[]).map(tellVolume), volumes)
    const remarks = stderr.split('\n').filter((line) => line !== '')
    t.is(remarks.length, told.length, stderr)
    for (const [index, part] of told.entries()) t.true(remarks[index]?.includes(part), remarks[index])
  })
}

function tellMounts({ name, volumeMounts = [] }: Json): readonly string[] {
  return (volumeMounts as readonly Json[]).map(({ name: volume, mountPath, subPath, readOnly }) => {
    const part = typeof subPath === 'string' ? `/${subPath}` : ''
    return `${String(name)}: ${String(volume)}${part} at ${String(mountPath)}${readOnly === true ? ' ro' : ''}`
  })
}

function tellVolume({ name, ...source }: Json): string {
  return `${String(name)} ${Object.keys(source).join()}`
}

test('scripts stay executable', async (t) => {
  const place = openPlace(t)
  for (const file of ['sh.sh', 'bin/one.sh']) chmodSync(place.write(file, '#!/bin/sh\n'), 0o755)
  place.write('compose.yaml', 'services: {a: {image: x, volumes: ["./sh.sh:/sh.sh:ro", "./bin:/scripts:ro"]}}')
  const { stdout } = await place.run(['compose.yaml', '--strict'])
  t.deepEqual(specOf(stdout)['volumes'], [
    { name: 'shop-sh-sh', configMap: { name: 'shop-sh-sh', items: [{ key: 'sh.sh', path: 'sh.sh', mode: 0o755 }] } },
    { name: 'shop-bin', configMap: { name: 'shop-bin', defaultMode: 0o755 } },
  ])
})

test('files whose names become one are two ConfigMaps', async (t) => {
  const place = openPlace(t)
  place.write('a.conf', '1')
  place.write('a/conf', '2')
  place.write('compose.yaml', 'services: {a: {image: x, volumes: ["./a.conf:/1:ro", "./a/conf:/2:ro"]}}')
  const { stdout } = await place.run(['compose.yaml'])
  const maps = documentsOf(stdout).filter(({ kind }) => kind === 'ConfigMap')
  t.deepEqual(
    maps.map(({ metadata, data }) => [metadata, data]),
    [
      [{ name: 'shop-a-conf' }, { 'a.conf': '1' }],
      [{ name: 'shop-a-conf-2' }, { conf: '2' }],
    ],
  )
})

test('for a run on this machine each path is one volume of type hostPath', async (t) => {
  const { dir } = openPlace(t)
  const file = 'services: {a: {image: x, volumes: ["./s:/a", "/proc:/p:ro"]}, b: {image: x, volumes: ["./s/:/b"]}}'
  const made = await translateFile(join(dir, 'compose.yaml'), file, 'local', await openImport())
  const { text, notes } = made !== undefined && 'text' in made ? made : { text: '', notes: undefined }
  t.deepEqual(notes, [])
  t.deepEqual(containersOf(text).flatMap(tellMounts), ['a: s at /a', 'a: proc at /p ro', 'b: s at /b'])
  t.deepEqual(specOf(text)['volumes'], [
    { name: 's', hostPath: { path: join(dir, 's') } },
    { name: 'proc', hostPath: { path: '/proc' } },
  ])
})
