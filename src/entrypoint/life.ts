/** The flags of one life of a container: publishes, withdraws and refuses them. */
import { describeError } from '../base/system-error.ts'
import { followsEnd } from '../pod/restarts.ts'
import { settle, type Settlement } from './outcome.ts'
import type { Plan } from './plan.ts'
import { flagIn, refusalOf, socketIn } from '../flags/layout.ts'
import { type Flag, type FlagRecord, readRecord, writeRecord } from '../flags/record.ts'
import type { EntrypointPorts } from './ports.ts'

type Ports = Pick<EntrypointPorts, 'flags' | 'lifelines' | 'now' | 'log' | 'self'>

/** JSON omits undefined fields. */
type Details = { readonly [Field in keyof FlagRecord]?: FlagRecord[Field] | undefined }

export interface WrapperLife {
  /** The command has completed in an earlier life, and that is final: there is nothing to do. */
  readonly over: boolean
  publish(flag: Flag, details?: Details): void
  withdraw(flag: Flag): void
  /** Removes a flag that another process in this container may have published. */
  clear(flag: Flag): void
  /** Publishes that a flag can no longer come, unless it was published. */
  refuse(flag: Flag, why: Details): void
  /** Publishes an end. @returns false when a flag could not be written, so that followers may not learn of it */
  settle(settlement: Settlement, details: Details): boolean
  /** Removes the liveness socket, so that its end has no meaning. */
  resignSocket(): void
}

const asItIs = (path: string): string => path

/** A failed write is repeated after this time: a full volume may have space later, and other containers wait for the flag. */
const AGAIN_MS = 1000

/** Flags that are true only while the command runs. */
const LIVING: ReadonlySet<string> = new Set(['ready', 'started', 'live'])

/** Files in the run directory that a new life keeps after a success. */
const KEPT_AFTER_SUCCESS = new Set(['completed', 'ended', 'exitCode'])

/**
 * Begins a life: removes what an earlier life of this container left in its run directory, and serves the liveness socket. A life
 * with nothing to do is over at once; it publishes flags that the earlier life could not publish before it was killed.
 * @throws the system's error when the run directory cannot be used
 */
export async function beginWrapperLife(plan: Plan, ports: Ports): Promise<WrapperLife> {
  const { flags, now } = ports
  const began = now()
  const incarnation = `${began.getTime().toString(36)}-${ports.self.pid.toString(36)}`
  const published = new Set<Flag>()
  let over = false

  if (plan.ownDir !== undefined) {
    const names = flags.openDirectory(plan.ownDir)
    const completed = names.includes('completed') && !plan.rerun
    over = completed && followsEnd(plan.restarts, 0) === 'stays'
    // Flags that hold only while their writer lives are removed first: without a socket, followers would take the writer as alive.
    for (const name of over ? [] : names) if (LIVING.has(name)) flags.withdraw(`${plan.ownDir}/${name}`)
    // The socket is removed next, before the flags of an end: a dead socket without them would mean a killed wrapper.
    if (!over) flags.withdraw(`${plan.ownDir}/alive.sock`)
    for (const name of over ? [] : names) {
      if (completed && KEPT_AFTER_SUCCESS.has(name)) continue
      flags.withdraw(`${plan.ownDir}/${name}`)
    }
  }
  for (const { flag, path } of over ? [] : plan.files) {
    if (flag !== 'completed') flags.withdraw(path)
    flags.withdraw(refusalOf(path))
  }
  if (plan.ownDir !== undefined && !over) await ports.lifelines.serve(plan.ownDir)

  const pathsOf = (flag: Flag): readonly string[] => {
    // No array methods: the engine compiles each at its first call, 60 to 100 us at every start.
    const paths = plan.ownDir === undefined ? [] : [flagIn(plan.ownDir, flag)]
    for (const file of plan.files) if (file.flag === flag) paths.push(file.path)
    return paths
  }
  const lamented = new Set<string>()
  const attempt = (path: string, write: () => void): boolean => {
    try {
      write()
      return true
    } catch (error) {
      if (!lamented.has(path)) {
        ports.log({ event: 'error', message: `cannot write ${path}: ${describeError(error)}` })
      }
      lamented.add(path)
      return false
    }
  }
  const put = (flag: Flag, place: (path: string) => string, details: Details): boolean => {
    let written = true
    for (const path of pathsOf(flag)) {
      const content = writeRecord({ at: now().toISOString(), incarnation, ...details })
      written = attempt(place(path), () => flags.publish(place(path), content)) && written
    }
    return written
  }

  /** Flags whose write has failed, with the timer of the next try. */
  const pending = new Map<Flag, NodeJS.Timeout>()
  const giveUp = (flag: Flag): void => {
    clearTimeout(pending.get(flag))
    pending.delete(flag)
  }
  const life: WrapperLife = {
    over,
    publish(flag, details = {}) {
      published.add(flag)
      if (pending.size > 0) giveUp(flag)
      if (!put(flag, asItIs, details))
        pending.set(
          flag,
          setTimeout(() => life.publish(flag, details), AGAIN_MS),
        )
    },
    withdraw(flag) {
      giveUp(flag)
      if (!published.delete(flag)) return
      for (const path of pathsOf(flag)) attempt(path, () => flags.withdraw(path))
    },
    clear(flag) {
      published.add(flag)
      life.withdraw(flag)
    },
    refuse(flag, why) {
      if (!published.has(flag)) put(flag, refusalOf, why)
    },
    settle({ exitCode, reason, message, origin, cause, publish, refuse, withdraw }, details) {
      const own = { exitCode, reason, message, origin, ...details }
      // Followers report where a failure began, even at the end of a long chain.
      const handedOn = { exitCode, reason, message: cause ?? message, origin: origin ?? plan.name }
      for (const flag of pending.size === 0 ? [] : [...pending.keys()]) {
        giveUp(flag)
        published.delete(flag)
      }
      for (const flag of withdraw) life.withdraw(flag)
      let told = true
      for (const flag of publish) {
        published.add(flag)
        told = put(flag, asItIs, own) && told
      }
      for (const flag of refuse) if (!published.has(flag)) told = put(flag, refusalOf, handedOn) && told
      return told
    },
    resignSocket() {
      if (plan.ownDir !== undefined) flags.withdraw(socketIn(plan.ownDir))
    },
  }
  if (over) republish()
  return life

  /** Publishes the missing flags with the record of the life that completed. */
  function republish(): void {
    const record = readRecord(flags.read(flagIn(plan.ownDir ?? '', 'completed')) ?? '')
    const isThere = (path: string): boolean => flags.look(path).file !== 'absent'
    const say = (path: string, details: Details): boolean =>
      attempt(path, () => flags.publish(path, writeRecord(details)))
    const { publish, refuse } = settle({ kind: 'exited', code: 0 }, plan)
    for (const path of publish.flatMap(pathsOf)) if (!isThere(path)) say(path, record)
    const origin = record.origin ?? plan.name
    for (const path of refuse.flatMap(pathsOf)) {
      if (!isThere(path) && !isThere(refusalOf(path))) say(refusalOf(path), { ...record, origin })
    }
  }
}
