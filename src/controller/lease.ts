/** Holds a Lease in competition with other replicas. */
import type { Kube } from '../kube/kube.io.ts'
import {
  afterRenewal,
  beginElection,
  isLeading,
  leadsUntil,
  mayHold,
  observeLease,
  readLease,
  RETRY_MS,
  writeLease,
  writeRelease,
} from './election.ts'
import type { KubeFailure } from '../kube/failure.ts'
import type { ControllerPorts } from './ports.ts'
import { startTimer } from '../base/timer.ts'

export interface LeaseWish {
  readonly namespace: string
  readonly name: string
  /** The identity of this replica. */
  readonly identity: string
}

export interface Lease {
  isHeld(): boolean
  /** Lets another replica take the Lease at once. The caller must have stopped writing. */
  release(): Promise<void>
}

/** Random part of RETRY_MS, so that replicas that lost together do not retry together. */
const SPREAD = 0.2
/** A longer request would delay the next try. */
const REQUEST_MS = 5000

export function holdLease(
  kube: Kube,
  { namespace, name, identity }: LeaseWish,
  ports: Pick<ControllerPorts, 'clock' | 'now' | 'chance'>,
  tell: { readonly onChange: (held: boolean) => void; readonly onFailure: (failure: KubeFailure) => void },
): Lease {
  const root = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  let election = beginElection(identity)
  let record: ReturnType<typeof readLease> | undefined
  let held = false
  let released = false
  let retry: NodeJS.Timeout | undefined
  let deadline: NodeJS.Timeout | undefined

  const isHeld = (): boolean => !released && isLeading(election, ports.clock())
  const check = (): void => {
    if (isHeld() === held) return
    held = !held
    tell.onChange(held)
  }
  const ask = (method: 'GET' | 'POST' | 'PUT', body?: object) =>
    kube.call({
      method,
      path: method === 'POST' ? root : `${root}/${name}`,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(REQUEST_MS),
      retries: 0,
    })
  const readTime = (): string => ports.now().toISOString().replace('Z', '000Z')

  async function attempt(): Promise<void> {
    const found = await ask('GET')
    if (released) return
    if (!found.ok && found.failure.kind !== 'missing') return tell.onFailure(found.failure)
    record = found.ok ? readLease(found.value) : undefined
    election = observeLease(election, record, ports.clock())
    check()
    if (!mayHold(election, record, ports.clock())) return
    const sentMs = ports.clock()
    const body = writeLease(election, name, record, readTime())
    const written = await ask(record === undefined ? 'POST' : 'PUT', body)
    if (!written.ok) {
      if (written.failure.kind !== 'conflict') tell.onFailure(written.failure)
      return
    }
    record = readLease(written.value)
    election = afterRenewal(election, record, sentMs)
    lapseAt(leadsUntil(sentMs))
    check()
  }

  /** A timer may fire shortly before its time. */
  function lapseAt(untilMs: number): void {
    clearTimeout(deadline)
    deadline = startTimer(
      () => {
        check()
        if (held && !released) lapseAt(untilMs)
      },
      Math.max(1, untilMs - ports.clock()),
    )
  }

  const loop = async (): Promise<void> => {
    await attempt()
    if (!released) retry = startTimer(again, RETRY_MS * (held ? 1 : 1 + SPREAD * ports.chance()))
  }
  let running = loop()
  const again = (): void => void (running = loop())

  return {
    isHeld,
    async release() {
      const had = isHeld()
      released = true
      clearTimeout(retry)
      clearTimeout(deadline)
      await running
      if (had && record !== undefined) await ask('PUT', writeRelease(name, record, readTime()))
    },
  }
}
