/** The interfaces of the Tekton mode to the system. cmd/tekton.ts passes the real ones. */
import type { TektonDisk } from './tekton-disk.io.ts'
import type { Files } from '../base/files.ts'
import type { Child, Sink } from '../child/child.ts'
import type { Packing } from './message.ts'
import type { EvaluateCel } from './when.ts'
import type { InstallPorts } from '../install/install.ts'
import type { FlagPorts } from '../flags/ports.ts'

/** Texts as the kernel stores them: bytes, which need not be UTF-8, here without the final NUL. */
export type RawTexts = readonly Uint8Array[]

export interface TektonPorts extends FlagPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  /** Wall-clock time, for times that people read. */
  readonly now: () => Date
  /** Opens a sink that writes to a descriptor of this process and appends to the file. @throws the system's error */
  readonly openCopy: (path: string, descriptor: 1 | 2) => Promise<Sink>
  readonly files: Files
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The architecture of this machine, as Node's `process.arch`. */
  readonly arch: string
  /** Returns the last words of this process's command line. */
  readonly readWords: (count: number) => RawTexts
  /** Returns the environment of this process, as texts of the form `NAME=value`. */
  readonly readEnvironment: () => RawTexts
  /** Starts a command with an empty stdin. @param isolated whether it gets no network */
  readonly openChild: (argv: RawTexts, env: RawTexts, isolated: boolean) => Promise<Child>
  readonly openDisk: () => Promise<TektonDisk>
  readonly openPlacement: () => Promise<Pick<InstallPorts, 'disk' | 'executable'>>
  readonly openPacking: () => Promise<Packing>
  readonly openCel: () => Promise<EvaluateCel>
  /** Writes text for people to stderr, which is in the log of the step. */
  readonly tell: (text: string) => void
}
