/** A container of Cloud Run as a Kubernetes container: the same fields, with the defaults that Cloud Run fills in. */
import { isObject } from '../base/json-object.ts'
import { type Tree, toPlain } from '../manifest/tree.ts'
import { secretName } from './cloud-run-notes.ts'
import { fieldAt, readItems, wordOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'

/** The default of PORT, which Cloud Run sets in the container that takes requests. */
export const PORT = 8080

export const portOf = (port: Tree): number => Number(wordOf(fieldAt(port, 'containerPort')) ?? PORT)

/** Reads a container. One with `ports` takes requests and gets the variable PORT. Cloud Run uses port names for protocols. */
export function readCloudContainer(
  tree: Tree,
  name: string,
  takesRequests: boolean,
): PlainMap & { readonly name: string } {
  const { ports, env, ...rest } = toTyped(tree) as PlainMap & { readonly ports?: unknown; readonly env?: unknown }
  const own = Array.isArray(ports) ? ports : []
  const variables = Array.isArray(env) ? env.map(nameSecret) : []
  const [first] = readItems(fieldAt(tree, 'ports'))
  const port = first === undefined ? PORT : portOf(first)
  const isSaid = variables.some((variable) => isObject(variable) && variable['name'] === 'PORT')
  const added = takesRequests && !isSaid ? [{ name: 'PORT', value: String(port) }] : []
  const probes = PROBES.flatMap((key) => (isObject(rest[key]) ? [[key, fillPort(rest[key], port)] as const] : []))
  const unnamed = own.map((one) => (isObject(one) ? { containerPort: Number(one['containerPort'] ?? PORT) } : one))
  const fields = { ...rest, ...Object.fromEntries(probes), ports: unnamed, env: [...variables, ...added] }
  return { name, ...compact({ ...fields, name }) }
}

/** Translates the secret's name in a variable to a valid name in Kubernetes. */
function nameSecret(variable: unknown): unknown {
  if (!isObject(variable) || !isObject(variable['valueFrom'])) return variable
  const { secretKeyRef } = variable['valueFrom']
  if (!isObject(secretKeyRef)) return variable
  const { name, key } = secretKeyRef
  return {
    ...variable,
    valueFrom: { secretKeyRef: { ...secretKeyRef, name: secretName(String(name)), key: String(key) } },
  }
}

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe']

/** Adds the container's port to a probe without a port, as Cloud Run does. */
function fillPort(probe: PlainMap, port: number): PlainMap {
  const filled = ['httpGet', 'tcpSocket', 'grpc'].flatMap((key) => {
    if (!Object.hasOwn(probe, key)) return []
    const action = probe[key]
    return [[key, isObject(action) ? { ...action, port: action['port'] ?? port } : { port }] as const]
  })
  return { ...probe, ...Object.fromEntries(filled) }
}

/** Converts scalars of Kubernetes fields to numbers and booleans, since the reader of this file makes them text. */
export function toTyped(tree: Tree): unknown {
  const type = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => type(item, key))
    if (key === 'volumeAttributes') return value
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, type(one, name)]))
    if (typeof value !== 'string' || TEXT_FIELDS.has(key)) return value
    if (/^-?\d+$/.test(value)) return Number(value)
    return value === 'true' ? true : value === 'false' ? false : value
  }
  return type(toPlain(tree), '')
}

/** Fields of a container that are always text. */
const TEXT_FIELDS = new Set([
  'value',
  'command',
  'args',
  'name',
  'image',
  'cpu',
  'memory',
  'key',
  'path',
  'mountPath',
  'host',
])
