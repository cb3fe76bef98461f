/** Output of changed manifests: to stdout, into one file or a directory, in place, or as a diff. */
import { CODE_MISUSE } from '../base/exit-code.ts'
import { paintDiff } from '../base/palette.ts'
import { type OutputPorts, writeOutput } from '../cli/output.ts'
import { formatManifests, type OutputFormat } from './formats.ts'
import type { Input } from './inputs.ts'
import { splitMark } from './manifest.ts'
import type { ManifestPorts } from './ports.ts'

export interface OutputTarget {
  readonly inPlace: boolean
  /** A file; or a directory, if it exists as one or ends with a slash. */
  readonly output: string | undefined
  /** The format on stdout; undefined: unchanged. */
  readonly format: OutputFormat | undefined
  /** Show a diff, and write only if another option says so. */
  readonly diff: boolean
}

export interface Result extends Input {
  readonly after: string
}

export async function putOut(results: readonly Result[], target: OutputTarget, ports: ManifestPorts): Promise<number> {
  const { inPlace, output, format, diff } = target
  const texts = readFormat(results, format)
  if ('problems' in texts) {
    for (const problem of texts.problems) ports.terminal.complain(problem)
    return CODE_MISUSE
  }
  const said = diff ? await formatDiffs(results, ports) : join(texts)
  const saysIt = diff || (!inPlace && output === undefined)
  const code = saysIt ? await writeOutput(said, undefined, ports) : 0
  if (code !== 0 || (!inPlace && output === undefined)) return code
  const writes = inPlace ? await planInPlace(results, ports) : await planOutput(results, output ?? '', ports)
  if ('problem' in writes) {
    ports.terminal.complain(`podorder: ${writes.problem}`)
    return CODE_MISUSE
  }
  const outputPorts = output?.endsWith('/') === true ? makeFirst(output, ports) : ports
  for (const { path, text } of writes) {
    const written = await writeOutput(text, path, outputPorts)
    if (written !== 0) return written
  }
  return 0
}

function readFormat(results: readonly Result[], format: OutputFormat | undefined): ReturnType<typeof formatManifests> {
  if (format === undefined) return results.map(({ after }) => after)
  return formatManifests(
    results.map(({ file, after }) => ({ file, text: splitMark(after)[1] })),
    format,
  )
}

/** Makes the directory before the first write. */
function makeFirst(directory: string, { disk, ...ports }: ManifestPorts): OutputPorts {
  const replaceFile = async (path: string, text: string): Promise<void> => {
    await disk.makeDirectory(directory)
    await disk.replaceFile(path, text)
  }
  return { ...ports, disk: { replaceFile } }
}

interface Write {
  readonly path: string
  readonly text: string
}

async function planInPlace(
  results: readonly Result[],
  { disk }: ManifestPorts,
): Promise<readonly Write[] | { readonly problem: string }> {
  for (const { path, file } of results) {
    if (await disk.isRegularFile(path)) continue
    return { problem: `--in-place cannot write to ${file}; leave it out: the result goes to stdout then` }
  }
  return results.flatMap(({ path, text, after }) => (text === after ? [] : [{ path, text: after }]))
}

async function planOutput(
  results: readonly Result[],
  output: string,
  { disk }: ManifestPorts,
): Promise<readonly Write[] | { readonly problem: string }> {
  const directory = output.endsWith('/') || (await disk.listManifests(output, false).catch(() => [])) !== undefined
  if (!directory) return [{ path: output, text: join(results.map(({ after }) => after)) }]
  const writes = results.map(({ path, after }) => {
    const name = path === '-' ? 'stdin.yaml' : (path.split('/').at(-1) ?? path)
    return { path: `${output.replace(/\/+$/, '')}/${name}`, text: after }
  })
  const twice = writes.find(({ path }, index) => writes.findIndex((other) => other.path === path) !== index)
  const own = writes.find((write, index) => trimPath(write.path) === trimPath(results[index]?.path ?? ''))
  if (own !== undefined) return { problem: `--output would overwrite ${own.path}; use --in-place for that` }
  if (twice === undefined) return writes
  return { problem: `two manifests would go to ${twice.path}; give a file to --output: it gets all of them` }
}

/** `./a.yaml` -> `a.yaml` */
function trimPath(path: string): string {
  return path.replace(/^(?:\.\/+)+/, '')
}

/**
 * Joins texts to one stream. kubectl reads a stream that begins with a brace as JSON objects without separators, and any other as
 * YAML with `---` between documents.
 */
function join(texts: readonly string[]): string {
  const said = texts.filter((text) => text.trim() !== '')
  const isJson = said.every(beginsAsJson)
  return said
    .map((text, index, all) => {
      const isFirst = index === 0 && (all.length === 1 || !beginsAsJson(text))
      const separated = isJson || isFirst || /^(?:---|%)/.test(text) ? text : `---\n${text}`
      return index === all.length - 1 || separated.endsWith('\n') ? separated : `${separated}\n`
    })
    .join('')
}

function beginsAsJson(text: string): boolean {
  return /^\s*\{/.test(text)
}

async function formatDiffs(results: readonly Result[], { diff, terminal }: ManifestPorts): Promise<string> {
  const shown: string[] = []
  for (const { file, text, after } of results) {
    const changes =
      text === after ? '' : ((await diff(file, text, after)) ?? `${file}: its changes are too many to be shown\n`)
    shown.push(terminal.coloured ? paintDiff(changes) : changes)
  }
  return shown.join('')
}
