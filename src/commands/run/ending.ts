/** How the life of a container ended, in the kubelet's terms. */
import type { ProcessEnd } from './ports.ts'

/** In its wrapper's own words, where there are some. */
export interface End {
  readonly at?: string
  readonly exitCode: number
  readonly reason: string
  readonly message?: string
}

/** As containerd reports a command that cannot be started (reason StartError). */
const CODE_UNSTARTABLE = 128

/** The end of a container that has left no word of its own. */
export function weighEnd(how: ProcessEnd): End {
  switch (how.kind) {
    case 'unstartable':
      return { exitCode: CODE_UNSTARTABLE, reason: 'StartError', message: how.why }
    case 'signalled':
      return { exitCode: 128 + how.number, reason: 'Error', message: `killed by ${how.signal}` }
    case 'exited': {
      const { code: exitCode } = how
      return exitCode === 0
        ? { exitCode, reason: 'Completed' }
        : { exitCode, reason: 'Error', message: `exit code ${exitCode}` }
    }
  }
}
