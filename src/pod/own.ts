/** Names of podorder's own parts in a rewritten pod. */
import type { Container } from './pod.ts'
import { imageName, version } from '../base/version.ts'

export const BIN_VOLUME = 'podorder-bin'
export const RUN_VOLUME = 'podorder-run'
/** The downward volume of pods in which a container waits for a sidecar. */
export const DOWNWARD_VOLUME = 'podorder-downward'
export const INIT_CONTAINER = 'podorder-init'
/** The name of the webhook's Service, and the label `app.kubernetes.io/name` of all its objects. */
export const WEBHOOK_NAME = 'podorder-webhook'
/** The name of the controller's Lease and Roles, and the label `app.kubernetes.io/name` of all its objects. */
export const CONTROLLER_NAME = 'podorder-controller'
export const DEFAULT_ROOT = '/podorder'

/** The default of podorder's own image. */
export const DEFAULT_IMAGE = imageName.includes('@') ? imageName : `${imageName}:${version}`

/** The subcommand in the startup probe of a container that waits. */
const PROBE_WORD = 'probe'

/** The handler of a probe that podorder answers. */
export function makeOwnProbe(
  entrypoint: string,
  runDir: string,
  container: string,
  flags: readonly string[] = [],
): { readonly command: readonly string[] } {
  return { command: [entrypoint, PROBE_WORD, `--run-dir=${runDir}`, `--name=${container}`, ...flags] }
}

/**
 * Makes a startup probe that succeeds as soon as the application may be probed: until then the kubelet delays its other probes.
 * @param periodSeconds containers after a native sidecar start up to so much later
 */
export function makeGateProbe(entrypoint: string, runDir: string, container: string, periodSeconds = 2): object {
  return {
    exec: makeOwnProbe(entrypoint, runDir, container),
    periodSeconds,
    timeoutSeconds: 10,
    // The largest int32: in practice for ever.
    failureThreshold: 2_147_483_647,
  }
}

export function isGateProbe(probe: unknown): boolean {
  const { exec } = (probe ?? {}) as { readonly exec?: { readonly command?: readonly unknown[] } }
  const [program, word] = exec?.command ?? []
  return word === PROBE_WORD && typeof program === 'string' && program.endsWith('/entrypoint')
}

/** The subcommand in a preStop hook that waits for its container's turn. */
const PRE_STOP_WORD = 'pre-stop'

export function makePreStop(entrypoint: string, flags: readonly string[]): object {
  return { exec: { command: [entrypoint, PRE_STOP_WORD, ...flags] } }
}

export function isOwnPreStop(hook: unknown): boolean {
  const { exec } = (hook ?? {}) as { readonly exec?: { readonly command?: readonly unknown[] } }
  const [program, word] = exec?.command ?? []
  return word === PRE_STOP_WORD && typeof program === 'string' && program.endsWith('/entrypoint')
}

export function isOwnVolume({ name }: { readonly name: string }): boolean {
  return name === BIN_VOLUME || name === RUN_VOLUME || name === DOWNWARD_VOLUME
}

export function isOwnContainer({ name }: Pick<Container, 'name'>): boolean {
  return name === INIT_CONTAINER
}
