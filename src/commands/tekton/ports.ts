/** What the Tekton mode needs from outside; cmd/tekton.ts hands the real ones in. */
import type { TektonDisk } from '../../adapters/tekton-disk.ts'
import type { Files } from '../../core/entrypoint/files.ts'
import type { Child } from '../../core/entrypoint/status.ts'
import type { Packing } from '../../core/tekton/message.ts'
import type { EvaluateCel } from '../../core/tekton/when.ts'
import type { InstallPorts } from '../install.ts'
import type { EntrypointPorts } from '../ports.ts'

/** Texts without their NUL, byte by byte as the kernel has them. */
export type RawTexts = readonly Uint8Array[]

export interface TektonPorts extends Pick<
  EntrypointPorts,
  'signals' | 'flags' | 'lifelines' | 'watchPaths' | 'log' | 'now' | 'openCopy' | 'describeError'
> {
  readonly files: Files
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Node's name of this machine's architecture. */
  readonly arch: string
  /** The last words of our own command line. */
  readonly readWords: (count: number) => RawTexts
  /** `NAME=value` each. */
  readonly readEnvironment: () => RawTexts
  /** A command with nothing to read on stdin. */
  readonly openChild: (argv: RawTexts, env: RawTexts) => Child
  /** Takes the network away from what is started from now on. @returns why it could not */
  readonly isolate: () => Promise<string | undefined>
  readonly openDisk: () => Promise<TektonDisk>
  readonly openPlacement: () => Promise<Pick<InstallPorts, 'disk' | 'executable'>>
  readonly openPacking: () => Promise<Packing>
  readonly openCel: () => Promise<EvaluateCel>
  /** Text for people, on stderr, where step logs have it. */
  readonly tell: (text: string) => void
}
