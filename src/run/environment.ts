/** The environment of a container, built as the kubelet does (pkg/kubelet, makeEnvironmentVariables). Pure. */
import { decodeBase64 } from '../base/base64.io.ts'
import type { Container } from '../pod/pod.ts'
import { expand } from '../pod/expand.ts'
import { readEnvKey } from './env-key.ts'
import { type PodFacts, readField, readResource, type ResourceRef } from './fields.ts'
import type { SourceContent, Data, Sources } from '../pod/sources.ts'

export interface EnvironmentInput {
  readonly facts: PodFacts
  readonly given: Sources
  /** Reads a file of a volume; returns undefined when it does not exist. Without this function, variables from files are left out. */
  readonly readFile?: (volume: string, path: string) => string | undefined
}

export type Environment =
  | { readonly kind: 'environment'; readonly values: ReadonlyMap<string, string> }
  /** A sentence for the problem that the kubelet reports as CreateContainerConfigError. */
  | { readonly kind: 'problem'; readonly problem: string }

interface KeyRef {
  readonly name?: string
  readonly key?: string
  readonly optional?: boolean
}

interface ValueFrom {
  readonly fieldRef?: { readonly fieldPath?: string }
  readonly resourceFieldRef?: ResourceRef
  readonly configMapKeyRef?: KeyRef
  readonly secretKeyRef?: KeyRef
  readonly fileKeyRef?: FileRef
}

interface FileRef {
  readonly volumeName?: string
  readonly path?: string
  readonly key?: string
  readonly optional?: boolean
}

interface EnvFrom {
  readonly prefix?: string
  readonly configMapRef?: KeyRef
  readonly secretRef?: KeyRef
}

/**
 * Builds the environment from `envFrom` and then `env`, in the order of the manifest. A later variable replaces an earlier one of the
 * same name, and may refer to earlier ones as `$(NAME)`.
 */
export function buildEnvironment(container: Container, input: EnvironmentInput): Environment {
  const values = new Map<string, string>()
  for (const from of container.envFrom ?? []) {
    const problem = importAll(from, values, input)
    if (problem !== undefined) return { kind: 'problem', problem }
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom === undefined) {
      values.set(name, expand(value ?? '', values))
      continue
    }
    const found = readValue(valueFrom, container.name, input)
    if (found.kind === 'problem') return { kind: 'problem', problem: `env ${name}: ${found.problem}` }
    if (found.kind === 'value') values.set(name, found.value)
  }
  return { kind: 'environment', values }
}

function importAll(from: EnvFrom, values: Map<string, string>, input: EnvironmentInput): string | undefined {
  for (const [kind, ref] of [
    ['configMap', from.configMapRef],
    ['secret', from.secretRef],
  ] as const) {
    if (ref === undefined) continue
    const data = findData(kind, ref, input.given)
    if (data === undefined && ref.optional !== true) return `envFrom: there is no ${kind} "${ref.name ?? ''}"`
    for (const [key, content] of data ?? []) values.set(`${from.prefix ?? ''}${key}`, readText(content))
  }
  return undefined
}

type Found =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly problem: string }

function readValue(from: ValueFrom, container: string, input: EnvironmentInput): Found {
  if (from.configMapKeyRef !== undefined) return readKey('configMap', from.configMapKeyRef, input)
  if (from.secretKeyRef !== undefined) return readKey('secret', from.secretKeyRef, input)
  if (from.fileKeyRef !== undefined) return readFromFile(from.fileKeyRef, input)
  const { fieldPath = '' } = from.fieldRef ?? {}
  const value =
    from.fieldRef === undefined
      ? readResource(from.resourceFieldRef ?? {}, container, input.facts)
      : readField(fieldPath, input.facts)
  if (value !== undefined) return { kind: 'value', value }
  const asked = from.fieldRef === undefined ? from.resourceFieldRef?.resource : fieldPath
  return { kind: 'problem', problem: `the downward API has no "${asked ?? ''}"` }
}

function readKey(kind: 'configMap' | 'secret', ref: KeyRef, input: EnvironmentInput): Found {
  const { name = '', key = '' } = ref
  const data = findData(kind, ref, input.given)
  const content = data?.get(key)
  if (content !== undefined) return { kind: 'value', value: readText(content) }
  if (ref.optional === true) return { kind: 'none' }
  const problem = data === undefined ? `there is no ${kind} "${name}"` : `the ${kind} "${name}" has no key "${key}"`
  return { kind: 'problem', problem }
}

function readFromFile(ref: FileRef, { readFile }: EnvironmentInput): Found {
  const { volumeName = '', path = '', key = '', optional = false } = ref
  if (readFile === undefined) return { kind: 'none' }
  const text = readFile(volumeName, path)
  const found = text === undefined ? undefined : readEnvKey(text, key)
  if (found?.kind === 'value') return found
  if (found?.kind === 'problem')
    return { kind: 'problem', problem: `${path} of volume ${volumeName}: ${found.problem}` }
  if (optional) return { kind: 'none' }
  const what = text === undefined ? `there is no ${path}` : `${path} has no variable ${key}`
  return { kind: 'problem', problem: `${what} in volume ${volumeName}` }
}

/** Tells whether the environment must be built again at each start, because it depends on files that may change until then. */
export function readsFiles({ env = [] }: Container): boolean {
  return env.some(({ valueFrom }) => (valueFrom?.['fileKeyRef'] ?? undefined) !== undefined)
}

function findData(kind: 'configMap' | 'secret', ref: KeyRef, given: Sources): Data | undefined {
  return (kind === 'configMap' ? given.configMaps : given.secrets).get(ref.name ?? '')
}

function readText(content: SourceContent): string {
  return 'text' in content ? content.text : decodeBase64(content.base64)
}
