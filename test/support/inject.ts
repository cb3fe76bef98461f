/** Runs `podorder inject` and `eject` in this process, with real adapters, files in memory, and captured output. */
import { diffTexts } from '../../src/inject/diff.ts'
import { ejectManifests, type EjectOptions, injectManifests, type InjectOptions } from '../../src/inject/inject.ts'
import type { InjectPorts, ManifestPorts } from '../../src/inject/ports.ts'
import { findCommands } from '../../src/image/lookup.ts'
import type { TemplateKind } from '../../src/manifest/template-kinds.ts'
import { readConfigFile } from '../../src/image/image-config.ts'

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export type Source = string | (() => Promise<string>)

export const IMAGE = 'registry.example/podorder:1'

/** The options of a command line. Missing ones have their defaults. */
export interface Given {
  readonly rewrite?: Partial<InjectOptions['rewrite']>
  readonly only?: readonly string[]
  /** The value of `--template`. */
  readonly templates?: readonly TemplateKind[]
  /** The content of the file of `--image-config`. */
  readonly imageConfig?: unknown
}

/** @param file the name in faults @param source the text, or a function that reads it */
export async function inject(file: string, source: Source, given: Given = {}): Promise<Said> {
  return capture(source, (ports) =>
    injectManifests(
      { ...options(file, given), rewrite: { image: IMAGE, ...given.rewrite } },
      { ...ports, findCommands: lookUpOffline(given.imageConfig) },
    ),
  )
}

/** @param said the content of the file of `--image-config` */
export function lookUpOffline(said: unknown = {}): InjectPorts['findCommands'] {
  const config = readConfigFile(said)
  if ('faults' in config) throw new Error(config.faults.join('; '))
  const registries = { mirrors: {}, insecure: [] }
  const settings = { imageConfig: config, registries, dockerConfig: undefined, offline: true, timeoutMs: 30_000 }
  const ports = { exchange: unreachable, cache: undefined }
  return (wanted) => findCommands(wanted, settings, ports, new AbortController().signal)
}

export async function eject(file: string, source: Source, given: Given = {}): Promise<Said> {
  return capture(source, (ports) => ejectManifests(options(file, given), ports))
}

function unreachable(): never {
  throw new Error('a registry was asked')
}

function options(file: string, { only = [], templates }: Given): EjectOptions {
  const more = templates === undefined ? {} : { templates }
  const target = { inPlace: false, output: undefined, format: undefined, diff: false }
  return { paths: [file], recursive: false, only, ...target, ...more }
}

/** @param source the text of a file, or a function that reads it */
export async function capture(source: Source, run: (ports: ManifestPorts) => Promise<number>): Promise<Said> {
  let stdout = ''
  let stderr = ''
  const code = await run({
    disk: {
      readManifestFile: () => (typeof source === 'string' ? Promise.resolve(source) : source()),
      listManifests: () => Promise.resolve(undefined),
      replaceFile: () => Promise.reject(new Error('nothing is written to files')),
      makeDirectory: () => Promise.reject(new Error('nothing is written to files')),
      isRegularFile: () => Promise.resolve(true),
    },
    terminal: {
      write(piece) {
        stdout += piece
        return Promise.resolve()
      },
      complain(line) {
        stderr += `${line}\n`
      },
      coloured: false,
    },
    diff: (...texts) => Promise.resolve(diffTexts(...texts)),
  })
  return { code, stdout, stderr }
}
