/**
 * Checks whether an API server would accept an object. It uses the recorded OpenAPI with strict field validation (an unknown field is
 * a fault), and then the API server's own rules. A null counts as missing, as in Go's decoder.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { checkObject } from './object-rules.ts'

interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly format?: string
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[]
}

/** Additions to the definitions of `io.k8s.api.core.v1` since 1.26, with the version in brackets. */
const ADDITIONS: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  // Native sidecars [1.28], policies of any container [1.35]; RestartAllContainers [1.36].
  Container: {
    restartPolicy: { type: 'string', enum: ['Always', 'OnFailure', 'Never'] },
    restartPolicyRules: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          action: { type: 'string', enum: ['Restart', 'RestartAllContainers'] },
          exitCodes: {
            type: 'object',
            properties: {
              operator: { type: 'string', enum: ['In', 'NotIn'] },
              values: { type: 'array', items: { type: 'integer', format: 'int32' } },
            },
          },
        },
      },
    },
  },
  // Variables from files [1.34].
  EnvVarSource: {
    fileKeyRef: {
      type: 'object',
      required: ['volumeName', 'path', 'key'],
      properties: {
        volumeName: { type: 'string' },
        path: { type: 'string' },
        key: { type: 'string' },
        optional: { type: 'boolean' },
      },
    },
  },
  // A hook that sleeps [1.29].
  LifecycleHandler: { sleep: { type: 'object', required: ['seconds'], properties: { seconds: { type: 'integer' } } } },
  // The signal that stops a container [1.33].
  Lifecycle: { stopSignal: { type: 'string' } },
  // AppArmor without annotations [1.30].
  SecurityContext: { appArmorProfile: { type: 'object', properties: { type: { type: 'string' } } } },
  PodSecurityContext: { appArmorProfile: { type: 'object', properties: { type: { type: 'string' } } } },
  // Resources of a pod as a whole [1.34].
  PodSpec: { resources: { $ref: '#/components/schemas/io.k8s.api.core.v1.ResourceRequirements' } },
  // Images as volumes [1.31; on without a feature gate since 1.35].
  Volume: {
    image: {
      type: 'object',
      properties: {
        reference: { type: 'string' },
        pullPolicy: { type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] },
      },
    },
  },
}

const REF = '#/components/schemas/'
const schemas = readSchemas()
const kinds = new Map(
  [...schemas.values()].flatMap((schema) =>
    (schema['x-kubernetes-group-version-kind'] ?? []).map(({ group, version, kind }) => [
      `${group === '' ? version : `${group}/${version}`} ${kind}`,
      schema,
    ]),
  ),
)

function readSchemas(): ReadonlyMap<string, Schema> {
  const file = readFileSync(new URL('../fixtures/schema/openapi.json.gz', import.meta.url))
  const openapi = JSON.parse(gunzipSync(file).toString()) as { components: { schemas: Record<string, Schema> } }
  const named = new Map(Object.entries(openapi.components.schemas))
  for (const [name, properties] of Object.entries(ADDITIONS)) {
    const key = `io.k8s.api.core.v1.${name}`
    const schema = named.get(key)
    named.set(key, { ...schema, properties: { ...schema?.properties, ...properties } })
  }
  return named
}

/** Tells whether `validateObject` knows the kind: a list, or a kind of the groups v1, apps/v1 and batch/v1. */
export function isKnownKind(object: unknown): boolean {
  const kind = kindOf(object)
  return kind === 'v1 List' || kinds.has(kind)
}

function kindOf(object: unknown): string {
  const { apiVersion, kind } = (object ?? {}) as { readonly apiVersion?: unknown; readonly kind?: unknown }
  return `${String(apiVersion)} ${String(kind)}`
}

/** Lists faults in the form `path: what`, with paths as the API server writes them, such as `spec.containers[0].name`. */
export function validateObject(object: unknown): readonly string[] {
  if (kindOf(object) === 'v1 List') {
    const { items } = object as { readonly items?: readonly unknown[] }
    return (items ?? []).flatMap((item, index) => validateObject(item).map((fault) => `items[${index}].${fault}`))
  }
  const schema = kinds.get(kindOf(object))
  if (schema === undefined) return [`kind: unknown: ${kindOf(object)}`]
  const faults: string[] = []
  validate(object, schema, '', faults)
  // As in the API server, the further rules apply only to objects that can be decoded.
  if (faults.length === 0)
    checkObject(object as Parameters<typeof checkObject>[0], (path, what) => faults.push(`${path}: ${what}`))
  return faults
}

function validate(value: unknown, schema: Schema, path: string, faults: string[]): void {
  if (value === null || value === undefined) return
  const { $ref, allOf, oneOf } = schema
  if ($ref !== undefined) {
    const target = schemas.get($ref.slice(REF.length))
    if (target === undefined) throw new Error(`the recorded schema lacks ${$ref}`)
    return validate(value, target, path, faults)
  }
  for (const part of allOf ?? []) validate(value, part, path, faults)
  if (oneOf !== undefined) {
    if (!oneOf.some(({ type }) => hasType(value, type)))
      faults.push(`${path}: neither ${oneOf.map(({ type }) => type).join(' nor ')}`)
    return
  }
  if (!hasType(value, schema.type)) faults.push(`${path}: not of type ${schema.type}`)
  else if (schema.type === 'array') {
    for (const [index, item] of (value as readonly unknown[]).entries())
      validate(item, schema.items ?? {}, `${path}[${index}]`, faults)
  } else if (schema.type === 'object') validateFields(value as Fields, schema, path, faults)
  else validateScalar(value, schema, path, faults)
}

type Fields = Readonly<Record<string, unknown>>

function validateFields(fields: Fields, schema: Schema, path: string, faults: string[]): void {
  const { required = [], properties, additionalProperties } = schema
  const under = (name: string): string => (path === '' ? name : `${path}.${name}`)
  for (const name of required) {
    if ((fields[name] ?? undefined) === undefined) faults.push(`${under(name)}: required`)
  }
  // A schema without properties and additionalProperties, such as FieldsV1, allows any field.
  if (properties === undefined && additionalProperties === undefined) return
  for (const [name, value] of Object.entries(fields)) {
    const schemaOfField =
      properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    if (schemaOfField === undefined) faults.push(`${under(name)}: unknown field`)
    else validate(value, schemaOfField, under(name), faults)
  }
}

function validateScalar(value: unknown, { enum: words, format }: Schema, path: string, faults: string[]): void {
  // Go programs write empty text for a missing value.
  if (words !== undefined && value !== '' && !words.includes(String(value)))
    faults.push(`${path}: unsupported value: ${String(value)}`)
  if (format === 'int32' && (Number(value) < -(2 ** 31) || Number(value) >= 2 ** 31))
    faults.push(`${path}: does not fit into 32 bits`)
  if (format === 'date-time' && Number.isNaN(Date.parse(String(value)))) faults.push(`${path}: no date`)
}

function hasType(value: unknown, type: Schema['type']): boolean {
  switch (type) {
    case undefined:
      return true
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type
  }
}
