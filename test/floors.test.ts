/** The floors of the house: who may import whom, and who may touch what. All of it is read from the sources themselves. */
import test from 'ava'
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A room imports rooms on lower floors only. Rooms of one floor do not know each other. The lowest floor comes first. */
const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['args', 'child', 'cli', 'pod'],
  ['image', 'install', 'manifest'],
  ['probe'],
  ['flags', 'kube'],
  ['entrypoint', 'order', 'tekton'],
  ['rewrite', 'wait'],
  ['import', 'inject', 'webhook'],
  ['check', 'controller', 'rbac'],
  ['status'],
  ['cluster', 'explain', 'history'],
  ['picture'],
  ['graph', 'timeline'],
  ['run'],
  ['cmd'],
]

/** Packages that compute and touch nothing: any file may import them. */
const PURE_PACKAGES = new Set(['yaml', 'diff', '@dagrejs/dagre', '@marcbachmann/cel-js'])

/** Starts processes in three places: a container's exec probe, the containers of a run on this machine, and podman. */
const PLACES = new Map([['execa', 3]])

const LONGEST_FILE = 250

interface Import {
  readonly from: string
  /** A path from the root for our own files, else the bare specifier. */
  readonly to: string
}

const IMPORT = /^(?:import|export) (?:type )?(?:[^'"]*? from )?'([^']+)'|\bimport\('([^']+)'\)/gm
const EXPORT = /^export (?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm

const files = ['src', 'cmd'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`),
)
const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
const imports = files.flatMap((from) => readImports(from, sources.get(from) ?? ''))

function readImports(from: string, source: string): readonly Import[] {
  return [...source.matchAll(IMPORT)].map(([, fixed, lazy]) => {
    const name = fixed ?? lazy ?? ''
    return { from, to: name.startsWith('.') ? normalize(join(from, '..', name)) : name }
  })
}

const roomOf = (path: string): string => (path.startsWith('cmd/') ? 'cmd' : (path.split('/')[1] ?? ''))
const floorOf = (path: string): number => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)))
const isOurs = (to: string): boolean => /^(?:src|cmd)\//.test(to)
const isBuiltIn = (to: string): boolean => /^(?:node|bun):/.test(to)
const isPackage = (to: string): boolean => !isOurs(to) && !isBuiltIn(to) && to !== 'package.json'
const packageOf = (to: string): string => to.split('/', to.startsWith('@') ? 2 : 1).join('/')
const touchesOutside = (path: string): boolean => path.endsWith('.io.ts') || path.startsWith('cmd/')
const tell = ({ from, to }: Import): string => `${from} imports ${to}`

const climbs = ({ from, to }: Import): boolean =>
  isOurs(to) && roomOf(to) !== roomOf(from) && floorOf(to) >= floorOf(from)

/** Code without its comments and plain strings: words in them touch nothing. */
function readCode(file: string): string {
  return (sources.get(file) ?? '').replaceAll(/\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|(?<!:)\/\/.*$/gm, "''")
}

function findUses(pattern: RegExp, where: (file: string) => boolean): readonly string[] {
  return files
    .filter(where)
    .flatMap((file) => [...readCode(file).matchAll(pattern)].map(([use]) => `${file} uses ${use}`))
}

/** @returns the files of a cycle, in its order; undefined where there is none. */
function findCycle(): readonly string[] | undefined {
  const targets = Map.groupBy(
    imports.filter(({ to }) => isOurs(to)),
    ({ from }) => from,
  )
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): readonly string[] | undefined => {
    const at = path.indexOf(file)
    if (at !== -1) return [...path.slice(at), file]
    if (done.has(file)) return undefined
    path.push(file)
    for (const { to } of targets.get(file) ?? []) {
      const cycle = visit(to)
      if (cycle !== undefined) return cycle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of files) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

test('the sources are found, their imports are read, and every room has a floor', (t) => {
  t.true(files.length > 100)
  t.true(imports.some(({ from, to }) => from === 'src/flags/watch.io.ts' && to === 'chokidar'))
  t.true(imports.some(({ from, to }) => from === 'cmd/entrypoint.ts' && to === 'src/flags/watch.io.ts'))
  t.deepEqual([...new Set(files.map(roomOf))].toSorted(), FLOORS.flat().toSorted())
})

test('a room imports lower floors only, types too', (t) => {
  t.deepEqual(imports.filter(climbs).map(tell), [])
})

test('an import that is turned round is found', (t) => {
  const down = imports.filter(({ from, to }) => isOurs(to) && roomOf(from) !== roomOf(to))
  t.true(down.length > 100)
  t.deepEqual(
    down.map(({ from, to }) => ({ from: to, to: from })).filter((turned) => !climbs(turned)),
    [],
  )
})

test('no file imports itself by way of others, types too', (t) => {
  t.is(findCycle(), undefined)
})

test('only *.io.ts and cmd import Node, Bun and packages that touch the outside', (t) => {
  const others = imports.filter(
    ({ from, to }) => !touchesOutside(from) && (isBuiltIn(to) || (isPackage(to) && !PURE_PACKAGES.has(packageOf(to)))),
  )
  t.deepEqual(others.map(tell), [])
})

test('only *.io.ts and cmd touch globals: no clock, no process, no chance, no network', (t) => {
  const globals =
    /\b(?:process\.|globalThis\b|Bun\b|Date\.now|new Date\(\)|performance\.|Math\.random|fetch\(|console\.|Buffer\.)/g
  t.deepEqual(
    findUses(globals, (file) => !touchesOutside(file)),
    [],
  )
})

/** The one place of timers whose time somebody else has said, and code that runs in a browser. */
const TIMERS = /^src\/base\/timer\.ts$|-script\.ts$/

test('a timer has a constant time, or goes through startTimer: what overflows would fire at once', (t) => {
  const timed = findUses(
    /\bset(?:Timeout|Interval)\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)/g,
    (file) => !TIMERS.test(file),
  )
  t.true(timed.length > 10)
  t.deepEqual(
    timed.filter((use) => !/[, ](?:[A-Z_]+|\d+(?: \*\* \d+)?),?\s*\)$/.test(use)),
    [],
  )
})

test('only cmd reads the command line, leaves, or speaks on stdout', (t) => {
  const privileges = /\bprocess\.(?:exit|argv|stdout)\b|\bconsole\.\w+|\bwriteSync\(1\b/g
  t.deepEqual(
    findUses(privileges, (file) => file.startsWith('src/')),
    [],
  )
})

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

/** Two makers of one port, and a module that is handed in as one. */
const TWINS = /-(?:node|posix)\.io\.ts$|^src\/install\/placement\.io\.ts$/

test('no exported name stands twice on floors that reach each other', (t) => {
  const exported = files
    .filter((file) => file.startsWith('src/') && !TWINS.test(file))
    .flatMap((file) => [...(sources.get(file) ?? '').matchAll(EXPORT)].map(([, name = '']) => ({ name, file })))
  const twice = [...Map.groupBy(exported, ({ name }) => name)].flatMap(([name, places]) => {
    const reach = places.some(({ file: a }) =>
      places.some(({ file: b }) => a !== b && (roomOf(a) === roomOf(b) || floorOf(a) !== floorOf(b))),
    )
    return reach ? [`${name}: ${places.map(({ file }) => file).join(', ')}`] : []
  })
  t.deepEqual(twice, [])
})

test('a file is not longer than a page or three, unless its head says why', (t) => {
  const long = files.filter((file) => {
    const text = sources.get(file) ?? ''
    const head = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? ''
    return text.split('\n').length - 1 > LONGEST_FILE && !/\bLong since\b/.test(head)
  })
  t.deepEqual(long, [])
})

/** How the run directory's protocol is spelled: the socket, a refusal beside a file, a flag in some directory. */
const SPELLED =
  /'alive\.sock'|`[^`]*\.err`|'\.err'|\$\{\w*(?:[dD]ir|container|name)\w*(?:\(\))?\}\/(?:started|ready|live|completed|failed|ended|stopped)`/g
/** Tekton's own paths, and what the downward API fills. */
const OTHER_PROTOCOLS = new Set(['src/tekton/step.ts', 'src/wait/watch-sidecar.ts', 'src/wait/judge-outside.ts'])

test('flags/layout.ts alone spells the paths of the run directory', (t) => {
  const spelled = files
    .filter((file) => file !== 'src/flags/layout.ts' && !OTHER_PROTOCOLS.has(file))
    .flatMap((file) => {
      const code = (sources.get(file) ?? '').replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '')
      return [...code.matchAll(SPELLED)].map(([text]) => `${file}: ${text}`)
    })
  t.deepEqual(spelled, [])
  t.regex(sources.get('src/flags/layout.ts') ?? '', SPELLED)
})

test('imports carry the suffix .ts, and there are no barrel files', (t) => {
  t.deepEqual(imports.filter(({ to }) => isOurs(to) && !/\.(?:ts|json|txt)$/.test(to)).map(tell), [])
  t.deepEqual(
    files.filter(
      (file) => /(^|\/)(index|utils|helpers?|managers?)\.ts$/.test(file) || /^export \* from/m.test(readCode(file)),
    ),
    [],
  )
})

test('a doc comment begins with what the thing is or does', (t) => {
  const riddles = files.flatMap((file) =>
    [...(sources.get(file) ?? '').matchAll(/\/\*\*\s+(?:\* )?(?:Of|One|In|Where|Who|It)\b.*/g)].map(
      ([text]) => `${file}: ${text}`,
    ),
  )
  t.deepEqual(riddles, [])
})
