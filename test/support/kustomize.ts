/** As much of kustomize as `deploy/` uses: resources, JSON patches, and patches that delete. Anything else is an error. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../../src/adapters/yaml.ts'
import { applyPatch } from './json-patch.ts'

export interface DeployedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

interface Kustomization {
  readonly resources: readonly string[]
  readonly patches?: readonly { readonly target?: { kind: string; name: string }; readonly patch: string }[]
}

const KNOWN = ['apiVersion', 'kind', 'resources', 'patches']

export function render(directory: string): readonly DeployedObject[] {
  const [kustomization] = readYaml(readFileSync(join(directory, 'kustomization.yaml'), 'utf8'), directory)
  const unknown = Object.keys(kustomization as object).filter((key) => !KNOWN.includes(key))
  if (unknown.length > 0) throw new Error(`${directory}: ${unknown.join(', ')}`)
  const { resources, patches = [] } = kustomization as Kustomization
  const objects = resources.flatMap((name) => {
    const path = join(directory, name)
    if (statSync(path).isDirectory()) return render(path)
    return readYaml(readFileSync(path, 'utf8'), path) as readonly DeployedObject[]
  })
  return patches.reduce<readonly DeployedObject[]>((all, { target, patch }) => {
    const [operations] = readYaml(patch, directory)
    const { kind, name } = target ?? nameOf(operations as DeployedObject)
    const meant = all.filter((object) => object.kind === kind && object.metadata.name === name)
    if (meant.length !== 1) throw new Error(`${meant.length} objects are ${kind}/${name}`)
    if (target === undefined) return all.filter((object) => !meant.includes(object))
    return all.map((object) =>
      meant.includes(object)
        ? (applyPatch(object, operations as Parameters<typeof applyPatch>[1]) as DeployedObject)
        : object,
    )
  }, objects)
}

function nameOf({ kind, metadata, $patch }: DeployedObject): { readonly kind: string; readonly name: string } {
  if ($patch !== 'delete') throw new Error('a patch without a target deletes')
  return { kind, name: metadata.name }
}

function readYaml(text: string, path: string): readonly unknown[] {
  const { documents, faults } = readManifest(text)
  if (faults.length > 0) throw new Error(`${path}: ${faults[0]?.what}`)
  return documents.map(({ value }) => value)
}
