/** `podorder check` in this process: real adapters, one manifest in memory, what is said captured. */
import { decodeText } from '../../src/adapters/workspace.ts'
import { readManifest, readNested, readValues } from '../../src/adapters/yaml.ts'
import { checkManifests, type CheckOptions, type CheckPorts } from '../../src/commands/check.ts'
import { findCommands } from '../../src/commands/lookup.ts'
import type { Finding, Summary } from '../../src/core/check/finding.ts'
import { describeSystemError } from '../../src/core/entrypoint/files.ts'
import { readConfigFile } from '../../src/core/image/image-config.ts'
import { type Given, IMAGE, type Said } from './inject.ts'

/** The output of `--format json`. */
export interface Report {
  readonly version: number
  readonly findings: readonly Finding[]
  readonly summary: Summary
}

/** @param file the name that findings have. @param source its text, or what reads it. @param find stands for the lookup */
export async function check(
  file: string,
  source: string | (() => Promise<string>),
  { rewrite, only = [], imageConfig, ...options }: Given & Partial<Pick<CheckOptions, 'format' | 'strict'>> = {},
  find?: CheckPorts['findCommands'],
): Promise<Said> {
  const config = readConfigFile(imageConfig ?? {})
  if ('faults' in config) throw new Error(config.faults.join('; '))
  const settings = {
    imageConfig: config,
    registries: { mirrors: {}, insecure: [] },
    dockerConfig: undefined,
    offline: true,
    timeoutMs: 30_000,
  }
  const exchange = () => Promise.reject(new Error('a registry was asked'))
  let stdout = ''
  let stderr = ''
  const code = await checkManifests(
    {
      ...{ paths: [file], recursive: false, only, format: 'text', strict: false },
      ...options,
      rewrite: { image: IMAGE, ...rewrite },
    },
    {
      yaml: { read: readManifest, readNested, readValues },
      disk: {
        readManifestFile: () => (typeof source === 'string' ? Promise.resolve(source) : source()),
        listManifests: () => Promise.resolve(undefined),
        replaceFile: () => Promise.reject(new Error('nothing is written to files')),
        makeDirectory: () => Promise.reject(new Error('nothing is written to files')),
        isRegularFile: () => Promise.resolve(true),
        decodeText,
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
      findCommands:
        find ??
        ((wanted) =>
          findCommands(
            wanted,
            settings,
            { exchange, cache: undefined, decode: decodeText },
            new AbortController().signal,
          )),
      describeError: describeSystemError,
    },
  )
  return { code, stdout, stderr }
}

export async function findings(
  text: string,
  given: Given = {},
  find?: CheckPorts['findCommands'],
): Promise<readonly Finding[]> {
  const { stdout } = await check('in.yaml', text, { ...given, format: 'json' }, find)
  return (JSON.parse(stdout) as Report).findings
}
