/** Options for the lookup of image commands, shared by all commands that rewrite pods. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ImageCache } from '../src/image/image-cache.io.ts'
import type { CommandFound, CommandWanted } from '../src/image/lookup.ts'
import type { LookupSettings } from '../src/image/lookup-ports.ts'
import { formatDuration, parseDuration } from '../src/base/duration.ts'
import { describeError } from '../src/base/system-error.ts'
import { describeFault } from '../src/manifest/tree.ts'

/** Options as commander returns them. */
export interface GivenLookup {
  readonly imageConfig?: string
  readonly offline?: boolean
  readonly registryMirror: readonly (readonly [string, string])[]
  readonly insecureRegistry: readonly string[]
  readonly registryCa?: string
  readonly lookupTimeout: number
}

/** For all images of one call of inject or check together. */
export const CALL_TIMEOUT_MS = 30_000

/** Heading of the lookup options on their own page, `podorder help registries`. They are on no other page. */
export const LOOKUP_GROUP = 'Registries:'

const LOOKUP_POINTER = `
For --image-config, --offline and mirrors, logins and CAs of registries:
  podorder help registries`

export function addLookupOptions(command: Command, timeoutMs: number): Command {
  for (const option of listLookupOptions(timeoutMs)) command.addOption(option.helpGroup(LOOKUP_GROUP))
  return command.addHelpText('after', LOOKUP_POINTER)
}

/** @param described the text for the timeout, if it differs between commands */
export function listLookupOptions(timeoutMs: number, described = formatDuration(timeoutMs)): readonly Option[] {
  return [
    new Option('--image-config <manifest>', 'file with a map: image -> {entrypoint, cmd}'),
    new Option('--offline', 'ask no registry'),
    new Option('--registry-mirror <host=url>', 'ask this URL first for images of the host; repeatable')
      .argParser(collectMirror)
      .default([]),
    new Option('--insecure-registry <host>', 'speak plain HTTP to this host; repeatable')
      .argParser(collect)
      .default([]),
    new Option('--registry-ca <file>', 'certificate authorities of registries, in PEM'),
    new Option('--lookup-timeout <duration>', 'time for all images of a call together')
      .argParser(readTimeout)
      .default(timeoutMs, described),
  ]
}

export type FindCommands = (wanted: readonly CommandWanted[]) => Promise<readonly CommandFound[]>

/** @returns one sentence when a given file cannot be used */
export async function openLookup(given: GivenLookup, cache: ImageCache | undefined): Promise<FindCommands | string> {
  const { imageConfig: configFile, registryCa } = given
  const { createExchange } = await import('../src/image/registry.io.ts')
  const { readConfigFile } = await import('../src/image/image-config.ts')
  const { checkRegistries } = await import('../src/image/registry-address.ts')
  const { readManifest } = await import('../src/manifest/yaml.io.ts')
  const disk = await import('../src/cli/disk.io.ts')
  const read = async (path: string): Promise<string> => {
    try {
      return await disk.readManifestFile(path)
    } catch (error) {
      throw new InvalidArgumentError(`${path}: ${describeError(error)}`)
    }
  }
  try {
    const said = configFile === undefined ? undefined : readManifest(await read(configFile))
    if (said !== undefined && said.faults.length > 0) {
      return said.faults.map((fault) => describeFault(configFile ?? '', fault)).join('; ')
    }
    const config = readConfigFile(said?.documents[0]?.value ?? {})
    if ('faults' in config) return `--image-config ${configFile}: ${config.faults.join('; ')}`
    const exchange = createExchange(registryCa === undefined ? undefined : await read(registryCa))
    if ('problem' in exchange) return `--registry-ca ${registryCa}: ${exchange.problem}`
    const settings: LookupSettings = {
      imageConfig: config,
      registries: { mirrors: gatherMirrors(given.registryMirror), insecure: given.insecureRegistry },
      dockerConfig: await disk.readManifestFile(findDockerConfig()).catch(() => undefined),
      offline: given.offline ?? false,
      timeoutMs: given.lookupTimeout,
    }
    const faults = checkRegistries(settings.registries)
    if (faults.length > 0) return faults.join('; ')
    return async (wanted) => {
      const { findCommands } = await import('../src/image/lookup.ts')
      const ports = { exchange, cache }
      return findCommands(wanted, settings, ports, new AbortController().signal)
    }
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.message
    throw error
  }
}

/** Opens a lookup that uses the user's cache of known images, by digest. */
export async function openCachedLookup(given: GivenLookup): Promise<FindCommands | string> {
  const { openImageCache } = await import('../src/image/image-cache.io.ts')
  const directory = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return openLookup(given, openImageCache(join(directory, 'podorder')))
}

/** Finds Docker's own file, or the one that podman and skopeo use. */
function findDockerConfig(): string {
  const { DOCKER_CONFIG: directory, REGISTRY_AUTH_FILE: file } = process.env
  return file ?? join(directory ?? join(homedir(), '.docker'), 'config.json')
}

function gatherMirrors(given: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const byHost = Map.groupBy(given, ([host]) => host)
  return Object.fromEntries([...byHost].map(([host, mirrors]) => [host, mirrors.map(([, url]) => url)]))
}

/** Collects the values of an option that may be repeated. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}

function collectMirror(value: string, earlier: readonly (readonly [string, string])[]) {
  const equals = value.indexOf('=')
  const url = URL.parse(value.slice(equals + 1))
  if (equals < 1 || url === null)
    throw new InvalidArgumentError('Give HOST=URL, such as docker.io=https://mirror.example.')
  return [...earlier, [value.slice(0, equals), value.slice(equals + 1)] as const]
}

function readTimeout(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('Give a duration, such as 30s.')
}
