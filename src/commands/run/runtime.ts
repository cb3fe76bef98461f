/** What runs the containers: processes of this machine, or podman. The same runner leads both through the life of a pod. */
import type { ProcessEnd, TakeLines } from './ports.ts'

export interface Runtime {
  /** Starts the next life of a container; the one before has ended. */
  start(container: string, takeLines: TakeLines): Started
  /** Ends and removes whatever was started. */
  close(): Promise<void>
}

/** One life of a container. */
export interface Started {
  /** It is known already that it could not be started; `exited` says why. */
  readonly failed: boolean
  /** Of its first process, where that is one of this machine. */
  readonly pid?: number
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
