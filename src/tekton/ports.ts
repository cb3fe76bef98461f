/** What the Tekton mode needs from outside; cmd/tekton.ts hands the real ones in. */
import type { TektonDisk } from './tekton-disk.io.ts'
import type { Files } from '../base/files.ts'
import type { Child, Sink } from '../child/child.ts'
import type { Packing } from './message.ts'
import type { EvaluateCel } from './when.ts'
import type { InstallPorts } from '../install/install.ts'
import type { FlagPorts } from '../flags/ports.ts'

/** Texts without their NUL, byte by byte as the kernel has them. */
export type RawTexts = readonly Uint8Array[]

export interface TektonPorts extends FlagPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  /** Wall time, for what people read. */
  readonly now: () => Date
  /** Opens a copy of a stream: what is given is written to our own descriptor and appended to the file. @throws */
  readonly openCopy: (path: string, descriptor: 1 | 2) => Promise<Sink>
  readonly files: Files
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Node's name of this machine's architecture. */
  readonly arch: string
  /** The last words of our own command line. */
  readonly readWords: (count: number) => RawTexts
  /** `NAME=value` each. */
  readonly readEnvironment: () => RawTexts
  /** A command with nothing to read on stdin. @param isolated without a network */
  readonly openChild: (argv: RawTexts, env: RawTexts, isolated: boolean) => Promise<Child>
  readonly openDisk: () => Promise<TektonDisk>
  readonly openPlacement: () => Promise<Pick<InstallPorts, 'disk' | 'executable'>>
  readonly openPacking: () => Promise<Packing>
  readonly openCel: () => Promise<EvaluateCel>
  /** Text for people, on stderr, where step logs have it. */
  readonly tell: (text: string) => void
}
