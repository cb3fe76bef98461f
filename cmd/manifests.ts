/** Options that select the manifests of a command, and their source. */
import { type Command, InvalidArgumentError } from 'commander'
import { KUSTOMIZED } from '../src/cli/kustomized.ts'
import type { WantedManifests } from '../src/inject/inputs.ts'
import type { ManifestDisk } from '../src/inject/ports.ts'
import { parseTemplateKind, type TemplateKind } from '../src/manifest/template-kinds.ts'
import { collect } from './image-lookup.ts'

/** Options as commander returns them: a switch that was not given is absent. */
export interface GivenManifests {
  readonly filename: readonly string[]
  readonly recursive?: boolean
  readonly only: readonly string[]
  readonly kustomize: readonly string[]
  readonly template: readonly TemplateKind[]
}

export function addManifests(command: Command): Command {
  return addManifestOptions(command.argument('[files...]'))
}

/** Adds the options to a command whose operands are not manifests. */
export function addManifestOptions(command: Command): Command {
  return command
    .option('-f, --filename <manifest>', 'a file, a directory or - for stdin; repeatable', collect, [])
    .option('-R, --recursive', 'read directories recursively')
    .option('--only <KIND/NAME>', 'this pod or workload only; repeatable', collect, [])
    .option('-k, --kustomize <dir>', 'read what kubectl kustomize builds; repeatable', collect, [])
    .option('--template <KIND=PATH>', 'path of the pod template in another kind', collectTemplate, [])
}

export function collectTemplate(text: string, before: readonly TemplateKind[]): readonly TemplateKind[] {
  const parsed = parseTemplateKind(text)
  if (typeof parsed === 'string') throw new InvalidArgumentError(`${parsed}.`)
  return [...before, parsed]
}

/** Opens the reader of manifests. */
export async function openManifests(): Promise<{ readonly disk: ManifestDisk }> {
  const { withKustomize } = await import('../src/cli/kustomize.io.ts')
  return { disk: withKustomize(await import('../src/cli/disk.io.ts')) }
}

/** @returns one sentence when no manifest was named */
export function readManifests(
  files: readonly string[],
  { filename, recursive = false, only, kustomize, template: templates }: GivenManifests,
): WantedManifests | string {
  const paths = [...filename, ...files, ...kustomize.map((directory) => KUSTOMIZED + directory)]
  if (paths.length === 0) return 'no manifest; give one with -f FILE, or -f - for stdin'
  return { paths, recursive, only, templates }
}
