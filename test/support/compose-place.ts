/** A project of compose files in its own directory, and the result of podorder import. */
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { readManifest } from '../../src/manifest/yaml.io.ts'

const PODORDER = resolve('dist/podorder')

export interface ComposePlace {
  write(path: string, text: string): string
  run(words: readonly string[], input?: string, env?: Readonly<Record<string, string>>): ReturnType<typeof start>
  readonly dir: string
}

export function openPlace(t: ExecutionContext): ComposePlace {
  const dir = join(mkdtempSync(join(tmpdir(), 'compose-')), 'shop')
  mkdirSync(dir)
  t.teardown(() => rmSync(dirname(dir), { recursive: true, force: true }))
  return {
    dir,
    write(path, text) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), text)
      return join(dir, path)
    },
    run: (words, input = '', env = {}) => start(dir, words, input, env),
  }
}

/** Runs the executable with these words. */
async function start(cwd: string, words: readonly string[], input: string, env: Readonly<Record<string, string>>) {
  const options = { cwd, input, env, reject: false } as const
  const { exitCode, stdout, stderr } = await execa(PODORDER, ['import', ...words], options)
  return { exitCode, stdout, stderr }
}

export type Json = Record<string, unknown>

export const documentsOf = (yaml: string): readonly Json[] =>
  readManifest(yaml).documents.map(({ value }) => value as Json)
export const specOf = (yaml: string): Json => documentsOf(yaml).find(({ kind }) => kind === 'Pod')?.['spec'] as Json
export const containersOf = (yaml: string): readonly Json[] => specOf(yaml)['containers'] as readonly Json[]
