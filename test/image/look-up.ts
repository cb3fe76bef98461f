/** findCommands with the real adapters, on either runtime. Run as a program it takes its settings from stdin. */
import { execa } from 'execa'
import { text } from 'node:stream/consumers'
import { openImageCache } from '../../src/image/image-cache.io.ts'
import { createExchange } from '../../src/image/registry.io.ts'
import { findCommands, type CommandFound, type CommandWanted } from '../../src/image/lookup.ts'
import { readConfigFile } from '../../src/image/image-config.ts'

export interface Lookup {
  readonly images: readonly (string | Partial<CommandWanted>)[]
  readonly imageConfig?: object
  readonly mirrors?: Readonly<Record<string, readonly string[]>>
  readonly insecure?: readonly string[]
  readonly dockerConfig?: object
  readonly authorities?: string
  readonly cache?: string
  readonly offline?: boolean
  readonly timeoutMs?: number
}

/** But for the platforms. */
export async function lookUp(lookup: Lookup, cancel?: AbortSignal): Promise<readonly CommandFound[]> {
  return (await lookUpAll(lookup, cancel)).map((found) => {
    if ('problem' in found) return found
    const { on: _, ...command } = found
    return command
  })
}

export async function lookUpAll(
  lookup: Lookup,
  cancel = new AbortController().signal,
): Promise<readonly CommandFound[]> {
  const exchange = createExchange(lookup.authorities)
  const imageConfig = readConfigFile(lookup.imageConfig ?? {})
  if ('problem' in exchange) throw new Error(exchange.problem)
  if ('faults' in imageConfig) throw new Error(imageConfig.faults.join())
  const wanted = lookup.images.map((image) => ({
    ...{ container: 'app', image: '', args: undefined, said: undefined, pullSecrets: [] },
    ...(typeof image === 'string' ? { image } : image),
  }))
  const settings = {
    imageConfig,
    registries: { mirrors: lookup.mirrors ?? {}, insecure: lookup.insecure ?? [] },
    dockerConfig: lookup.dockerConfig && JSON.stringify(lookup.dockerConfig),
    offline: lookup.offline ?? false,
    timeoutMs: lookup.timeoutMs ?? 60_000,
  }
  const cache = lookup.cache === undefined ? undefined : openImageCache(lookup.cache)
  return findCommands(wanted, settings, { exchange, cache }, cancel)
}

/** The executable is made of Bun, the npm package runs on Node. */
export const RUNTIMES: Readonly<Record<string, (lookup: Lookup) => Promise<readonly CommandFound[]>>> = {
  Node: (lookup) => lookUp(lookup),
  async Bun(lookup) {
    const input = JSON.stringify(lookup)
    const { stdout } = await execa('bun', [import.meta.filename], { input, preferLocal: true })
    return JSON.parse(stdout) as readonly CommandFound[]
  },
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await lookUp(JSON.parse(await text(process.stdin)) as Lookup)))
}
