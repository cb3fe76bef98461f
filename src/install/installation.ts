/** The command line of `install`. Pure. */
import { type FlagTable, scanArgv } from '../args/argv.ts'
import { formatRows } from '../args/help-rows.ts'
import { MAX_DIRECTORY } from './elf.ts'

export const INSTALL_OPTIONS = {
  to: {
    kind: 'value',
    value: 'DIR',
    help: 'directory for the executable, as containers will see it; without it nothing is copied',
  },
  'run-dir': { kind: 'value', value: 'DIR', help: 'the run directory, in which each container gets its own' },
  containers: {
    kind: 'list',
    value: 'NAMES',
    help: 'names of the containers, by commas; what they left there is removed',
  },
  help: { kind: 'switch', help: 'print this page; -h' },
} as const satisfies FlagTable

export interface Installation {
  /** An absolute path, as `runDir` is; undefined when the image is mounted as a volume, so that nothing must be copied. */
  readonly to: string | undefined
  readonly runDir: string | undefined
  readonly containers: readonly string[]
}

export type InstallReading =
  | { readonly kind: 'installation'; readonly installation: Installation }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly problem: string }

/** @param cwd the base of relative paths */
export function readInstallation(argv: readonly string[], cwd: string): InstallReading {
  const scanned = scanArgv(argv, INSTALL_OPTIONS)
  if ('problem' in scanned) return refuse(scanned.problem)
  const { values, words, rest } = scanned
  const last = (name: keyof typeof INSTALL_OPTIONS) => values.get(name)?.at(-1)
  if (last('help') === 'true') return { kind: 'help' }
  const stray = words[0] ?? (rest === undefined ? undefined : argv[rest])
  if (stray !== undefined) return refuse(`install takes flags only, not "${stray}"`)

  const to = last('to')
  if (to === '') return refuse('--to is empty; give the directory where the executable goes')
  const directory = to === undefined ? undefined : makeAbsolute(to, cwd)
  const unfit = directory === undefined ? undefined : describeUnfit(directory)
  if (unfit !== undefined) return refuse(`--to ${unfit}`)

  const runDir = last('run-dir')
  const containers = (values.get('containers') ?? []).flatMap((text) => text.split(',')).filter((name) => name !== '')
  if ((runDir === undefined) !== (containers.length === 0)) {
    return refuse('--run-dir and --containers go together; give both or neither')
  }
  if (to === undefined && runDir === undefined) {
    return refuse('install needs --to DIR, where the executable goes, or --run-dir and --containers, or all of them')
  }
  const odd = containers.find((name) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
  if (odd !== undefined) {
    return refuse(`--containers: "${odd}" is not a container name; use lower case letters, digits and -`)
  }
  const installation = {
    to: directory,
    runDir: runDir === undefined ? undefined : makeAbsolute(runDir, cwd),
    containers: [...new Set(containers)],
  }
  return { kind: 'installation', installation }
}

export function formatInstallHelp(): string {
  return [
    'entrypoint install copies this executable and its libraries to where the',
    'containers of a pod find it, and makes their run directories.',
    '',
    'Usage: entrypoint install [--to DIR] [--run-dir DIR --containers NAMES]',
    '  entrypoint install --to /podorder/bin --run-dir /podorder/run \\',
    '    --containers db,app',
    '',
    'Flags:',
    ...formatRows(INSTALL_OPTIONS),
    '',
    'Exit codes: 0; 2 usage; 125 when it could not.',
  ].join('\n')
}

function refuse(problem: string): InstallReading {
  return { kind: 'problem', problem }
}

/** Makes a path absolute and removes redundant slashes: the directory is written into the executable and compared there. */
function makeAbsolute(path: string, cwd: string): string {
  const parts = `${path.startsWith('/') ? '' : cwd}/${path}`.split('/').filter((part) => part !== '' && part !== '.')
  return `/${parts.join('/')}`
}

/** The loader splits its search path at colons, and replaces `$ORIGIN` and the like in it (ld.so(8)). */
function describeUnfit(directory: string): string | undefined {
  if (directory === '/') return 'cannot be /: the libraries would replace those in /lib'
  if (/[:$]/.test(directory))
    return `"${directory}" has ${directory.includes(':') ? ':' : '$'} in it; the loader cannot take such a path`
  const bytes = new TextEncoder().encode(directory).length
  if (bytes > MAX_DIRECTORY) return `is ${bytes} bytes long; the longest that can be is ${MAX_DIRECTORY}`
  return undefined
}
