/**
 * The part of kustomize that `deploy/` uses: resources, JSON patches, patches that delete, images, and the replacement of a part of a
 * text. Any other feature is an error.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../../src/manifest/yaml.io.ts'
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
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[]
  readonly replacements?: readonly {
    readonly source: Place & { readonly fieldPath: string }
    readonly targets: readonly {
      readonly select: Place
      readonly fieldPaths: readonly string[]
      readonly options: { readonly delimiter: string; readonly index: number }
    }[]
  }[]
}

interface Place {
  readonly kind: string
  readonly name: string
}

const KNOWN = ['apiVersion', 'kind', 'sortOptions', 'resources', 'patches', 'images', 'replacements']

export function render(directory: string): readonly DeployedObject[] {
  const [kustomization] = readYaml(readFileSync(join(directory, 'kustomization.yaml'), 'utf8'), directory)
  const unknown = Object.keys(kustomization as object).filter((key) => !KNOWN.includes(key))
  if (unknown.length > 0) throw new Error(`${directory}: ${unknown.join(', ')}`)
  const { resources, patches = [], images = [], replacements = [] } = kustomization as Kustomization
  const objects = resources.flatMap((name) => {
    const path = join(directory, name)
    if (statSync(path).isDirectory()) return render(path)
    return readYaml(readFileSync(path, 'utf8'), path) as readonly DeployedObject[]
  })
  const patched = patches.reduce<readonly DeployedObject[]>((all, { target, patch }) => {
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
  return replace(patched.map((object) => nameImages(object, images)) as readonly DeployedObject[], replacements)
}

function nameImages(value: unknown, images: NonNullable<Kustomization['images']>): unknown {
  if (Array.isArray(value)) return value.map((part) => nameImages(part, images))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]: [string, unknown]) => {
      const image = key === 'image' ? images.find(({ name }) => name === part) : undefined
      return [key, image === undefined ? nameImages(part, images) : `${image.newName}:${image.newTag}`]
    }),
  )
}

function replace(
  objects: readonly DeployedObject[],
  replacements: NonNullable<Kustomization['replacements']>,
): readonly DeployedObject[] {
  const copies = structuredClone(objects)
  const find = ({ kind, name }: Place): DeployedObject | undefined =>
    copies.find((object) => object.kind === kind && object.metadata.name === name)
  for (const { source, targets } of replacements) {
    const [holder, field] = locate(find(source), source.fieldPath)
    for (const { select, fieldPaths, options } of targets) {
      for (const path of fieldPaths) {
        const [place, key] = locate(find(select), path)
        const parts = String(place[key]).split(options.delimiter)
        parts[options.index] = String(holder[field])
        place[key] = parts.join(options.delimiter)
      }
    }
  }
  return copies
}

/** @param path such as `a.b.[name=x].c`, also with numbers @returns the object that holds the field, and the key of the field */
function locate(object: unknown, path: string): readonly [Record<string, unknown>, string] {
  const steps = path.split(/\.(?![^[]*\])/)
  const key = steps.pop() ?? ''
  const holder = steps.reduce<unknown>((found, step) => {
    const name = /^\[name=(.*)\]$/.exec(step)?.[1]
    if (name === undefined) return (found as Readonly<Record<string, unknown>> | undefined)?.[step]
    return (found as readonly { readonly name: string }[] | undefined)?.find((one) => one.name === name)
  }, object)
  if (typeof holder !== 'object' || holder === null || !(key in holder)) throw new Error(`nothing at ${path}`)
  return [holder as Record<string, unknown>, key]
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
