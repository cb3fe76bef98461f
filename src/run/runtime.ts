/** The interface of what runs the containers: processes of this machine, or podman. The same runner manages both. */
import type { CommandEnd, ProcessEnd, TakeLines } from './processes.io.ts'

/** The value in place of an address when this machine cannot reach the pod, so that no check over the network is possible. */
export const UNREACHABLE = 'unreachable'

export interface Runtime {
  /** Starts the next incarnation of a container. The previous one must have ended. */
  start(container: string, takeLines: TakeLines): StartedContainer
  /**
   * Runs the command of a probe or hook beside the container's first process, in the same environment.
   * @param words the command as it is in the manifest
   * @param cancel ends the command; the message of its reason, an Error, then becomes the result
   * @param kind `$(NAME)` is expanded in the command of a probe, but not of a hook (pkg/kubelet/prober, pkg/kubelet/lifecycle)
   */
  run(container: string, words: readonly string[], cancel: AbortSignal, kind: 'probe' | 'hook'): Promise<CommandEnd>
  /** The address of the containers' ports, or `UNREACHABLE`; undefined: this machine's loopback address. */
  readonly address?: string
  /** Ends and removes everything that was started. */
  close(): Promise<void>
}

/** A single incarnation of a container. */
export interface StartedContainer {
  /** Whether its start has failed already; `exited` gives the reason. */
  readonly failed: boolean
  /** The ID of its first process, if this machine runs it directly. */
  readonly pid?: number | undefined
  /** Resolves with true once it runs, and with false if its start has failed. For containers that are not wrapped. */
  running(): Promise<boolean>
  /** Resolves when its first process has ended. Its last output may not be read yet. */
  readonly exited: Promise<ProcessEnd>
  /** Resolves when all its processes have ended and its output has been read. */
  readonly end: Promise<unknown>
  /** Sends the stop signal to its first process. */
  terminate(): void
  /** Sends SIGKILL to all its processes. @param commandPid the process ID of the command, from its wrapper's flags */
  kill(commandPid: number | undefined): void
}
