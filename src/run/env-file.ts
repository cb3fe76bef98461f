/** Variables from `--env-file`. They replace those that Secrets and ConfigMaps give in a cluster. Pure. */
import { textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { Sources } from '../pod/sources.ts'

type Variables = ReadonlyMap<string, string>

/**
 * Reads lines of the form `NAME=VALUE`. A value may be in quotes. `#` begins a comment line. A line with a NAME only takes the value
 * from the runner's environment.
 * @returns the variables; or one sentence about an invalid line
 */
export function readVariables(
  file: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Variables | { readonly problem: string } {
  const variables = new Map<string, string>()
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name = '', equals, value = ''] = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*(=)?(.*)$/s.exec(line) ?? []
    if (name === '' || (equals === undefined && value !== '') || value.includes('\0')) {
      return { problem: `${file}:${index + 1}: the line is not of the form NAME=VALUE` }
    }
    const own = equals === undefined ? env[name] : unquote(value.trim())
    if (own !== undefined) variables.set(name, own)
  }
  return variables
}

function unquote(value: string): string {
  const [, , inner] = /^(["'])(.*)\1$/s.exec(value) ?? []
  return inner ?? value
}

/**
 * Adds the variables to all containers. They replace variables of the same name, and references to missing ConfigMaps and Secrets.
 */
export function giveVariables(template: PodTemplate, variables: Variables, given: Sources): PodTemplate {
  if (variables.size === 0) return template
  // Kubernetes expands $(NAME) in values.
  const own = [...variables].map(([name, value]) => ({ name, value: value.replaceAll('$(', '$$$$(') }))
  type Listed = PodTemplate['spec']['containers'][number]
  const give = <Kind extends Listed>(container: Kind): Kind => {
    const env = (container.env ?? []).filter(({ name }) => !variables.has(name))
    const envFrom = (container.envFrom ?? []).filter((from) => {
      const [configMap, secret] = [textOf(from, 'configMapRef', 'name'), textOf(from, 'secretRef', 'name')]
      return (configMap === '' || given.configMaps.has(configMap)) && (secret === '' || given.secrets.has(secret))
    })
    return { ...container, env: [...own, ...env], ...(container.envFrom === undefined ? {} : { envFrom }) }
  }
  const { spec } = template
  const inits = spec.initContainers ?? undefined
  return {
    ...template,
    spec: {
      ...spec,
      containers: spec.containers.map(give),
      ...(inits === undefined ? {} : { initContainers: inits.map(give) }),
    },
  }
}
