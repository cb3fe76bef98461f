/** A container of Cloud Run as one of Kubernetes: fields of the same names, with what Cloud Run fills in. */
import { isObject } from '../base/json-object.ts'
import { type Tree, toPlain } from '../manifest/tree.ts'
import { secretName } from './cloud-run-notes.ts'
import { fieldAt, readItems, wordOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'

/** What Cloud Run tells the container that takes requests. */
export const PORT = 8080

export const portOf = (port: Tree): number => Number(wordOf(fieldAt(port, 'containerPort')) ?? PORT)

/** `ports` say which container takes requests; it gets PORT, as it is used to. Names of ports are Cloud Run's protocols. */
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

/** A variable from a secret, which Kubernetes calls by another name if it has to. */
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

/** A probe of Cloud Run that says no port asks the container's own. */
function fillPort(probe: PlainMap, port: number): PlainMap {
  const filled = ['httpGet', 'tcpSocket', 'grpc'].flatMap((key) => {
    if (!Object.hasOwn(probe, key)) return []
    const action = probe[key]
    return [[key, isObject(action) ? { ...action, port: action['port'] ?? port } : { port }] as const]
  })
  return { ...probe, ...Object.fromEntries(filled) }
}

/** Kubernetes' own fields: numbers and booleans are read again, since this file's scalars are all text. */
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

/** Fields of a container that are text, whatever they look like. */
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
