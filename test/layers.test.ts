/** Who may import whom, and who may touch what: read from the sources themselves. */
import test from 'ava'
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface Import {
  readonly from: string
  /** A path from the root for our own files, else the bare specifier. */
  readonly to: string
  readonly typeOnly: boolean
}

const IMPORT = /^(?:import|export) (type )?(?:[^'"]*? from )?'([^']+)'|\bimport\('([^']+)'\)/gm

const files = ['src/core', 'src/adapters', 'src/commands', 'cmd'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`),
)
const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
const imports = files.flatMap(readImports)

function readImports(from: string): readonly Import[] {
  return [...(sources.get(from) ?? '').matchAll(IMPORT)].map(([, typeOnly, fixed, lazy]) => {
    const name = fixed ?? lazy ?? ''
    const to = name.startsWith('.') ? normalize(join(from, '..', name)) : name
    return { from, to, typeOnly: typeOnly !== undefined }
  })
}

const isOurs = (to: string): boolean => /^(src|cmd)\//.test(to) || to === 'package.json'
const isPackage = (to: string): boolean => !isOurs(to) && !/^(node|bun):/.test(to)
const packageOf = (to: string): string => to.split('/', to.startsWith('@') ? 2 : 1).join('/')
/** An adapter is a file, or a folder of files that share one thing of the outside. */
const adapterOf = (path: string): string => path.split('/').slice(0, 3).join('/')
const within = (folder: string) => imports.filter(({ from }) => from.startsWith(`${folder}/`))
const tell = ({ from, to }: Import): string => `${from} imports ${to}`

/** Code without its comments and plain strings: words in them touch nothing. */
function readCode(file: string): string {
  return (sources.get(file) ?? '').replaceAll(/\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|(?<!:)\/\/.*$/gm, "''")
}

function findUses(folders: readonly string[], pattern: RegExp): readonly string[] {
  return files
    .filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)))
    .flatMap((file) => [...readCode(file).matchAll(pattern)].map(([use]) => `${file} uses ${use}`))
}

test('the sources are found, and their imports are read', (t) => {
  t.true(files.length > 40)
  t.true(imports.some(({ from, to }) => from === 'src/adapters/watch.ts' && to === 'chokidar'))
  t.true(imports.some(({ from, to }) => from === 'cmd/entrypoint.ts' && to === 'src/adapters/watch.ts'))
})

test('core imports core only, and the version from package.json', (t) => {
  const others = within('src/core').filter(({ to }) => !to.startsWith('src/core/') && to !== 'package.json')
  t.deepEqual(others.map(tell), [])
})

test('core touches no global: no clock, no process, no chance, no network', (t) => {
  const globals =
    /\b(?:process\.|globalThis\b|Bun\b|Date\.now|new Date\(\)|performance\.|Math\.random|set(?:Timeout|Interval|Immediate)\(|fetch\(|console\.|Buffer\.)/g
  t.deepEqual(findUses(['src/core'], globals), [])
})

test('adapters import core, never each other', (t) => {
  const others = within('src/adapters').filter(
    ({ from, to }) => isOurs(to) && !to.startsWith('src/core/') && adapterOf(to) !== adapterOf(from),
  )
  t.deepEqual(others.map(tell), [])
})

test('an adapter has at most one package', (t) => {
  const packages = Map.groupBy(
    within('src/adapters').filter(({ to }) => isPackage(to)),
    ({ from }) => from,
  )
  const several = [...packages].filter(([, of]) => new Set(of.map(({ to }) => packageOf(to))).size > 1)
  t.deepEqual(
    several.map(([file]) => file),
    [],
  )
})

/** Starts processes in three places: a container's exec probe, the containers of a run on this machine, and podman. */
const PLACES = new Map([['execa', 3]])

test('a package is imported by one file, or by the command line, so that replacing it touches that place only', (t) => {
  const users = Map.groupBy(
    imports.filter(({ to }) => isPackage(to)),
    ({ to }) => packageOf(to),
  )
  const shared = [...users].flatMap(([name, of]) => {
    const places = new Set(of.map(({ from }) => (from.startsWith('cmd/') ? 'cmd' : from)))
    return places.size > (PLACES.get(name) ?? 1) ? [`${name}: ${[...places].join(', ')}`] : []
  })
  t.deepEqual(shared, [])
})

test('commands import core and commands, and adapters only as types', (t) => {
  const others = within('src/commands').filter(
    ({ to, typeOnly }) => !/^src\/(core|commands)\//.test(to) && !(typeOnly && to.startsWith('src/adapters/')),
  )
  t.deepEqual(others.map(tell), [])
})

test('nobody imports cmd but cmd', (t) => {
  t.deepEqual(imports.filter(({ from, to }) => to.startsWith('cmd/') && !from.startsWith('cmd/')).map(tell), [])
})

test('only cmd reads the command line, leaves, or speaks on stdout', (t) => {
  const privileges = /\bprocess\.(?:exit|argv|stdout)\b|\bconsole\.\w+|\bwriteSync\(1\b/g
  t.deepEqual(findUses(['src'], privileges), [])
})

test('imports carry the suffix .ts, and there are no barrel files', (t) => {
  t.deepEqual(imports.filter(({ to }) => isOurs(to) && !/\.(ts|json|txt)$/.test(to)).map(tell), [])
  t.deepEqual(
    files.filter(
      (file) => /(^|\/)(index|utils|helpers?|managers?)\.ts$/.test(file) || /^export \* from/m.test(readCode(file)),
    ),
    [],
  )
})
