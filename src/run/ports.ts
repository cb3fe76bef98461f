/** What `podorder run` needs from outside; cmd/run.ts hands the real ones in. */
import type { HookCheck } from '../probe/hook.ts'
import type { Probe, ProbeResult } from '../probe/probe.ts'
import type { Processes } from './processes.io.ts'
import type { Machine } from './fields.ts'
import type { SourceContent } from '../pod/sources.ts'
import type { WatchPaths } from '../flags/ports.ts'

/** The local disk. All of them throw, or reject with, the system's error. */
export interface Disk {
  /** `-` is stdin. A RangeError when it is larger than that (10 MiB when not given). */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  /** The manifests in a directory, sorted; undefined when it is none. */
  listManifests(path: string, recursive: boolean): Promise<readonly string[] | undefined>
  directoryOf(path: string): string
  makeWorkspace(): Promise<string>
  removeWorkspace(path: string): Promise<void>
  /** A directory that is there gets the mode too. */
  makeDirectory(path: string, mode?: number): Promise<void>
  /** All or nothing. */
  replaceFile(path: string, text: string): Promise<void>
  makeFile(path: string, content: SourceContent, mode: number): Promise<void>
  /** A program under another name; `argv` is how to start it. */
  makeCommand(path: string, argv: readonly string[]): Promise<void>
  exists(path: string): boolean
  /** What a flag says: nothing, where it is not a regular file. @returns undefined when there is none. */
  readFlag(path: string): string | undefined
  /** Creates or replaces a file, whole. */
  publishFlag(path: string, text: string): void
  /** Removes what is in it. */
  emptyDirectory(path: string): void
  /** @returns undefined for what is no plain file, or larger than a file of variables */
  readSmallFile(path: string): string | undefined
}

/** Calls podman. Never rejects. */
export type Podman = (
  words: readonly string[],
  options?: {
    readonly input?: string
    /** Ends the call before it is done. */
    readonly cancel?: AbortSignal
    /** Below TMPDIR, for what it leaves there when it is ended before it is done. */
    readonly temporary?: string
  },
) => Promise<{
  readonly stdout: string
  /** A line; undefined when it did what it was asked for. */
  readonly problem: string | undefined
  /** There is no podman here. */
  readonly missing: boolean
}>

export interface Terminal {
  /** @returns a promise, while what is written piles up, that resolves when it has gone out. */
  write(text: string): Promise<void> | undefined
  /** For what is wrong; one line. */
  complain(line: string): void
  /** The width of stdout; undefined when it is no terminal. */
  columns(): number | undefined
  /** How many rows a terminal has that can move its cursor; undefined when stdout is none. */
  rows(): number | undefined
  readonly coloured: boolean
  /** Calls back when stdout takes nothing more: with the system's error, or undefined when nobody reads it any more. */
  onClosed(callback: (error: Error | undefined) => void): void
}

/** What a file of another platform says as a manifest of Kubernetes, or what is wrong with it, one line each. */
export type Translated =
  { readonly text: string; readonly notes: readonly string[] } | { readonly faults: readonly string[] }

export interface RunPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly disk: Disk
  readonly processes: Processes
  /** The owners of those ports of this machine that are taken, where the kernel tells. */
  readonly findPortOwners: (ports: readonly number[]) => Promise<ReadonlyMap<number, string | undefined>>
  readonly podman: Podman
  /** By the network; never reject. What was ended by the signal says nothing. */
  readonly prober: {
    /** Settles within the probe's timeout. */
    probe(probe: Probe, signal: AbortSignal): Promise<ProbeResult>
    /** A hook's request: any answer is success. */
    perform(check: HookCheck, signal: AbortSignal): Promise<ProbeResult>
  }
  /** Directories that are there and stay there. */
  readonly watchDirectories: WatchPaths
  readonly terminal: Terminal
  /** @returns undefined for what is a manifest already */
  readonly translate: (path: string, text: string) => Promise<Translated | undefined>
  readonly machine: Machine
  /** Our own user; undefined where the system has no such numbers. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined
  /** Our own environment, cwd, and how to start the entrypoint. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly entrypoint: readonly string[]
  readonly makeUid: () => string
  /** Wall time, ms since 1970. */
  readonly now: () => number
  /** Monotonic, ms. */
  readonly clock: () => number
  /** Stops this process, as Ctrl-Z asks for. */
  readonly suspend: () => void
}
