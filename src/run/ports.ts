/** The interfaces of `podorder run` to the system. cmd/run.ts passes the real ones. */
import type { HookCheck } from '../probe/hook.ts'
import type { Probe, ProbeResult } from '../probe/probe.ts'
import type { Processes } from './processes.io.ts'
import type { Machine } from './fields.ts'
import type { SourceContent } from '../pod/sources.ts'
import type { WatchPaths } from '../flags/ports.ts'

/** The local disk. All functions throw the system's error, or reject with it. */
export interface Disk {
  /** Reads a manifest; `-` is stdin. Rejects with a RangeError when it is larger than `maxMib`, by default 10 MiB. */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  /** Lists the manifests in a directory, sorted; undefined when the path is not a directory. */
  listManifests(path: string, recursive: boolean): Promise<readonly string[] | undefined>
  directoryOf(path: string): string
  makeWorkspace(): Promise<string>
  removeWorkspace(path: string): Promise<void>
  /** Makes a directory. An existing directory gets the mode too. */
  makeDirectory(path: string, mode?: number): Promise<void>
  /** Replaces a file atomically. */
  replaceFile(path: string, text: string): Promise<void>
  makeFile(path: string, content: SourceContent, mode: number): Promise<void>
  /** Makes a program at `path` that runs the words of `argv`. */
  makeCommand(path: string, argv: readonly string[]): Promise<void>
  exists(path: string): boolean
  /** Reads a flag. @returns its text, which is empty if it is not a regular file; undefined when it does not exist */
  readFlag(path: string): string | undefined
  /** Creates or replaces a flag atomically. */
  publishFlag(path: string, text: string): void
  /** Removes the content of a directory. */
  emptyDirectory(path: string): void
  /** @returns undefined if it is not a regular file, or larger than a file of variables may be */
  readSmallFile(path: string): string | undefined
}

/** Calls podman. Never rejects. */
export type Podman = (
  words: readonly string[],
  options?: {
    readonly input?: string
    /** Cancels the call. */
    readonly cancel?: AbortSignal
    /** A directory for the temporary files of podman, which leaves them behind when it is killed. */
    readonly temporary?: string
  },
) => Promise<{
  readonly stdout: string
  /** The error in one line; undefined after a success. */
  readonly problem: string | undefined
  /** Whether there is no podman in PATH. */
  readonly missing: boolean
}>

export interface Terminal {
  /** Writes to stdout. @returns a promise while the output is congested, which resolves when it is written */
  write(text: string): Promise<void> | undefined
  /** Writes one line about a fault or warning to stderr. */
  complain(line: string): void
  /** The width of the terminal in columns; undefined when stdout is not a terminal. */
  columns(): number | undefined
  /** The height of the terminal in rows; undefined when stdout is not a terminal that can move its cursor. */
  rows(): number | undefined
  readonly coloured: boolean
  /** Calls back when stdout accepts no more output: with the system's error, or undefined when its reader is gone. */
  onClosed(callback: (error: Error | undefined) => void): void
}

/** A file of another platform as a Kubernetes manifest, or its faults, one line each. */
export type Translated =
  { readonly text: string; readonly notes: readonly string[] } | { readonly faults: readonly string[] }

export interface RunPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly disk: Disk
  readonly processes: Processes
  /** Finds the ports of this machine that are taken, each with its process if that is known. */
  readonly findPortOwners: (ports: readonly number[]) => Promise<ReadonlyMap<number, string | undefined>>
  readonly podman: Podman
  /** Checks over the network. They never reject. After an abort by the signal their result has no meaning. */
  readonly prober: {
    /** Settles within the probe's timeout. */
    probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult>
    /** Sends the request of a hook. Any response is a success. */
    perform(check: HookCheck, signal: AbortSignal): Promise<ProbeResult>
  }
  /** Watches directories that exist already and are not removed. */
  readonly watchDirectories: WatchPaths
  readonly terminal: Terminal
  /** Translates a file of another platform. @returns undefined for a Kubernetes manifest */
  readonly translate: (path: string, text: string) => Promise<Translated | undefined>
  readonly machine: Machine
  /** The user and group of the runner; undefined where the system has no such numbers. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined
  /** The runner's own environment, its working directory, and the words that start the entrypoint. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly entrypoint: readonly string[]
  readonly makeUid: () => string
  /** Wall-clock time, in ms since 1970. */
  readonly now: () => number
  /** Monotonic time, in ms. */
  readonly clock: () => number
  /** Stops this process, as the terminal does on Ctrl-Z. */
  readonly suspend: () => void
}
