/** What runs the containers: processes of this machine, or podman. The same runner leads both through the life of a pod. */
import type { CommandEnd, ProcessEnd, TakeLines } from './processes.io.ts'

/** Instead of an address: no check by the network can be made. */
export const UNREACHABLE = 'unreachable'

export interface Runtime {
  /** Starts the next life of a container; the one before has ended. */
  start(container: string, takeLines: TakeLines): StartedContainer
  /**
   * Runs a command beside the container's first process, a probe's or a hook's, in the same surroundings.
   * @param words as the manifest has them. @param cancel ends it; its reason, an Error, is said then
   * @param kind `$(NAME)` is expanded in a probe's command, and in a hook's not (pkg/kubelet/prober, pkg/kubelet/lifecycle)
   */
  run(container: string, words: readonly string[], cancel: AbortSignal, kind: 'probe' | 'hook'): Promise<CommandEnd>
  /** The address of the containers' ports, or `UNREACHABLE`; undefined: on this machine's loopback. */
  readonly address?: string
  /** Ends and removes whatever was started. */
  close(): Promise<void>
}

/** A life of a container. */
export interface StartedContainer {
  /** Whether it is known already that it could not be started; `exited` says why. */
  readonly failed: boolean
  /** The ID of its first process, where that is one of this machine. */
  readonly pid?: number | undefined
  /** For a container that does not tell itself: resolves once it runs. False: it never has. */
  running(): Promise<boolean>
  /** Its first process has ended; what it wrote may still be on its way. */
  readonly exited: Promise<ProcessEnd>
  /** All of it is over. */
  readonly end: Promise<unknown>
  /** Tells its first process to stop. */
  terminate(): void
  /** SIGKILL to all of it. @param commandPid the command's, as its wrapper has told it */
  kill(commandPid: number | undefined): void
}
