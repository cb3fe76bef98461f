/**
 * Runs a pod in virtual time. The wrappers are the real ones, from their flags to their exit codes. The kernel, the commands and the
 * kubelet are simulated. All events are recorded, and living-judge.ts checks them.
 */
import { createKeeper } from '../../src/entrypoint/living-run.ts'
import { runEntrypoint } from '../../src/entrypoint/entrypoint.ts'
import { readPlan } from '../../src/entrypoint/plan.ts'
import type { EntrypointPorts, Measuring } from '../../src/entrypoint/ports.ts'
import { SIGKILL, SIGQUIT, SIGTERM } from '../../src/base/signal.ts'
import type { Status } from '../../src/child/child.ts'
import type { Order } from '../../src/order/order.ts'
import { followsEnd } from '../../src/pod/restarts.ts'
import type { RestartPolicy } from '../../src/pod/pod.ts'
import { writeWrapperFlags } from '../../src/rewrite/wrapper.ts'
import { createKernel, type VirtualKernel } from './virtual-kernel.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** The behaviour of a command. Times are in ms. */
export interface Actor {
  /** The time from its start until its probe succeeds; undefined: it has no probe. */
  readonly readyMs: number | undefined
  /** The time from the stop signal to its end; Infinity: it ignores the signal. */
  readonly drainMs: number
  /** Its exit code after the stop signal. */
  readonly code: number
  /** The time from the end of a dependency until it fails; undefined: it does not fail. */
  readonly upsetMs: number | undefined
  /** The time from its start until it ends with 0; undefined: it does not end by itself. */
  readonly workMs: number | undefined
}

export type FaultKind =
  /** The command is killed. */
  | 'command'
  /** The container is killed with its wrapper, which writes no flags. */
  | 'container'
  /** The command ends by itself. */
  | 'exit'
  /** The probe fails for some time. */
  | 'unready'
  /** The next starts take longer. */
  | 'slow'
  /** The command ignores stop signals. */
  | 'deaf'
  /** The wrapper does not run for some time. */
  | 'frozen'
  /** The command is killed repeatedly, as soon as it is ready. */
  | 'flap'
  /** The kubelet stops only this container. */
  | 'liveness'
  /** The command gets SIGQUIT for a thread dump, and survives it. */
  | 'dump'
  /** The command gets a stop signal from somebody, and ignores it. It reacts only to the stop of the pod. */
  | 'asked'

export interface Fault {
  readonly atMs: number
  readonly container: string
  readonly kind: FaultKind
  readonly lastsMs: number
}

export interface Scene {
  readonly order: Order
  readonly policy: RestartPolicy
  readonly actors: ReadonlyMap<string, Actor>
  readonly faults: readonly Fault[]
  /** The kubelet's back-off. The delays are 0, this, twice this, up to 30 times this; after a run of a minute 0 again. */
  readonly backOffMs: number
  /** The longest latency of a message. */
  readonly latencyMs: number
  readonly seed: number
}

/** A recorded event. `begin` and `exit` are those of a wrapper, `start` to `end` those of a command. */
export interface Moment {
  readonly atMs: number
  readonly container: string
  readonly what: 'begin' | 'exit' | 'frozen' | 'start' | 'ready' | 'unready' | 'told' | 'killed' | 'end' | 'said'
  /** The number of the wrapper's incarnation, from 0. */
  readonly life: number
  readonly lastsMs?: number
  readonly code?: number
  /** Whether no restart follows. */
  readonly last?: boolean
  /** Whether the wrapper was killed, and has written no flags. */
  readonly silent?: boolean
  readonly text?: string
  /** The origin of the stop signal: the wrapper itself, or the kubelet by way of the wrapper. */
  readonly by?: 'wrapper' | 'kubelet'
}

export const GRACE_MS = 30_000
const RUN_DIR = '/run'
const PEACE_MS = 60_000
/** How long a container is ready before each kill of the fault `flap`, in ms. */
const FLAP_MS = 20

interface Process {
  readonly pid: number
  readonly startMs: number
  readonly end: (status: Status) => void
  measuring: { tell(change: 'ready' | 'unready'): void } | undefined
  ready: boolean
  told: boolean
  deaf: boolean
  running: boolean
}

interface Container {
  readonly name: string
  readonly actor: Actor
  life: number
  owner: Owner | undefined
  listener: (signal: number) => void
  process: Process | undefined
  stopping: boolean
  crashes: number
  beganMs: number
  slowUntilMs: number
  flapUntilMs: number
  stubborn: boolean
}

export interface Played {
  readonly moments: readonly Moment[]
  readonly kernel: VirtualKernel
  /** Lists the containers whose wrappers run. */
  living(): readonly string[]
  running(): readonly string[]
  /** Lets the kubelet stop the pod. */
  stop(): void
}

/** @param untilMs the end of the simulation */
export async function playPod(scene: Scene, time: VirtualTime, untilMs: number): Promise<Played> {
  const { order, policy, latencyMs, backOffMs } = scene
  const restarts = { policy, rules: [] }
  let chance = scene.seed >>> 0
  const draw = (): number => (chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  const kernel = createKernel(time, () => 0.1 + draw() * latencyMs)
  const moments: Moment[] = []
  const flagsOf = writeWrapperFlags(order, {
    ...{ runDir: RUN_DIR, downwardDir: '/downward', restartsOf: () => restarts, graceMs: GRACE_MS },
  })
  let pids = 100
  let over = false

  const containers = new Map(
    order.containers.map((name): [string, Container] => [
      name,
      {
        ...{ name, actor: scene.actors.get(name) as Actor, life: -1, owner: undefined, listener: () => {} },
        ...{ process: undefined, stopping: false, crashes: 0, beganMs: 0, slowUntilMs: 0, flapUntilMs: 0 },
        stubborn: false,
      },
    ]),
  )
  const say = (container: Container, what: Moment['what'], more: Partial<Moment> = {}): void =>
    void moments.push({ atMs: time.nowMs(), container: container.name, what, life: container.life, ...more })

  for (const container of containers.values()) time.after(undefined, draw() * latencyMs, () => begin(container))
  for (const fault of scene.faults) time.after(undefined, fault.atMs, () => strike(fault))
  await time.pass(untilMs)
  return {
    moments,
    kernel,
    living: () => [...containers.values()].flatMap(({ name, owner }) => (owner === undefined ? [] : [name])),
    running: () => [...containers.values()].flatMap(({ name, process }) => (process?.running === true ? [name] : [])),
    stop() {
      over = true
      for (const container of containers.values()) signal(container, SIGTERM)
      for (const container of containers.values()) time.after(undefined, GRACE_MS, () => kill(container))
    },
  }

  function begin(container: Container): void {
    if (over) return
    const owner: Owner = { dead: false, frozenUntilMs: 0 }
    Object.assign(container, { owner, life: container.life + 1, beganMs: time.nowMs(), stopping: false })
    say(container, 'begin')
    void time.own(owner, async () => {
      const code = await runEntrypoint(planOf(container), portsOf(container, owner))
      if (owner.dead) return
      gone(container, owner, code)
    })
  }

  function planOf({ name, actor }: Container) {
    const measured = actor.readyMs !== undefined
    const probing = {
      ...{ flags: measured ? ['--ready-tcp=1'] : [], measured, guarded: false, liveDelayMs: undefined },
      ...{ postStart: undefined, preStop: undefined, stopSignal: undefined, probeGraceMs: undefined },
    }
    const reading = readPlan([...flagsOf(name, probing), '--', 'true'], '/')
    if (reading.kind !== 'plan') throw new Error(JSON.stringify(reading))
    return reading.plan
  }

  function portsOf(container: Container, owner: Owner): EntrypointPorts {
    const plan = planOf(container)
    const ports: EntrypointPorts = {
      ...kernel.portsOf(owner),
      log: ({ event, message }) => owner.dead || say(container, 'said', { text: `${event}: ${message}` }),
      signals: { listen: (listener) => void (container.listener = listener) },
      child: {
        prepare() {},
        spawn: () => spawn(container, owner),
        signal: (pid, number) => owner.dead || reach(container, pid, number),
        suspend() {},
        replace: () => ({ code: 126, why: 'it is played' }),
        sweep() {},
        shareReaping() {},
        offerToOomKiller() {},
      },
      outside: undefined,
      now: () => new Date(1_800_000_000_000 + time.nowMs()),
      uptimeMs: () => time.nowMs(),
      openCopy: () => Promise.reject(new Error('nobody copies')),
      self: { pid: 1, uid: 0 },
      chance: draw,
      measure: container.actor.readyMs === undefined ? undefined : (tell) => measure(container, owner, tell),
      postStart: undefined,
      keep: plan.restarting ? (life) => createKeeper(plan, life, ports) : undefined,
      fault: undefined,
    }
    return ports
  }

  function spawn(container: Container, owner: Owner) {
    const { promise, resolve } = Promise.withResolvers<Status>()
    const pid = pids++
    if (owner.dead) return { pid, end: promise, drained: undefined }
    const process: Process = {
      ...{ pid, startMs: time.nowMs(), measuring: undefined, ready: false, told: false, deaf: false, running: true },
      end: (status) => time.after(owner, draw(), () => resolve(status)),
    }
    container.process = process
    say(container, 'start')
    const { workMs, readyMs } = container.actor
    if (readyMs === undefined) becomeReady(container, process)
    if (workMs !== undefined) time.after(undefined, workMs, () => finish(container, process, { code: 0 }))
    return { pid, end: promise, drained: undefined }
  }

  function becomeReady(container: Container, process: Process): void {
    process.ready = true
    say(container, 'ready')
    if (time.nowMs() < container.flapUntilMs) {
      time.after(undefined, FLAP_MS, () => finish(container, process, { signal: SIGKILL }))
    }
  }

  function measure(
    container: Container,
    owner: Owner,
    tell: (news: { readonly change: 'ready' | 'unready'; readonly why: string }) => void,
  ): Measuring {
    const { process } = container
    let closed = false
    return {
      begin() {
        if (process === undefined || owner.dead) return
        process.measuring = {
          tell: (change) =>
            time.after(owner, draw() * latencyMs, () => {
              if (closed || !process.running || process.ready === (change === 'ready')) return
              if (change === 'ready') becomeReady(container, process)
              else {
                process.ready = false
                say(container, 'unready')
              }
              tell({ change, why: 'it is played' })
            }),
        }
        const atMs = Math.max(process.startMs + (container.actor.readyMs ?? 0), container.slowUntilMs)
        time.after(owner, atMs - time.nowMs(), () => process.measuring?.tell('ready'))
      },
      close: () => void (closed = true),
    }
  }

  /** Delivers a signal from the wrapper to the command. */
  function reach(container: Container, pid: number, number: number): void {
    const { process, actor } = container
    if (process?.pid !== pid || !process.running) return
    if (number === SIGKILL) {
      say(container, 'killed')
      return finish(container, process, { signal: SIGKILL })
    }
    if (number === SIGQUIT || (container.stubborn && !over)) return
    if (!process.told) say(container, 'told', { by: container.stopping ? 'kubelet' : 'wrapper' })
    process.told = true
    if (!process.deaf && Number.isFinite(actor.drainMs)) {
      time.after(undefined, actor.drainMs, () => finish(container, process, { code: actor.code }))
    }
  }

  function finish(container: Container, process: Process, status: Status): void {
    if (!process.running) return
    process.running = false
    process.ready = false
    if (container.process === process) container.process = undefined
    say(container, 'end', { code: 'code' in status ? status.code : 128 + status.signal })
    process.end(status)
    if (!('code' in status) || status.code !== 0) upset(container)
  }

  function upset({ name }: Container): void {
    for (const { container, target } of order.edges) {
      const follower = containers.get(container)
      const { process, actor } = follower ?? {}
      if (target !== name || follower === undefined || process === undefined || actor?.upsetMs === undefined) continue
      time.after(undefined, actor.upsetMs, () => finish(follower, process, { code: 7 }))
    }
  }

  /** Ends a wrapper, and with it all processes of its container. */
  function gone(container: Container, owner: Owner, code: number, silent = false): void {
    owner.dead = true
    const ran = container.process
    if (ran !== undefined) finish(container, ran, { signal: SIGKILL })
    const follows = container.stopping && policy !== 'Never' ? 'restarts' : followsEnd(restarts, code)
    say(container, 'exit', { code, silent, last: over || follows === 'stays' })
    container.owner = undefined
    kernel.closeSockets(owner)
    upset(container)
    if (over || follows === 'stays') return
    if (time.nowMs() - container.beganMs >= PEACE_MS) container.crashes = 0
    const delayMs = container.crashes === 0 ? 1 : Math.min(backOffMs * 2 ** (container.crashes - 1), 30 * backOffMs)
    container.crashes++
    time.after(undefined, delayMs, () => begin(container))
  }

  function kill(container: Container): void {
    const { owner } = container
    if (owner === undefined) return
    owner.dead = true
    gone(container, owner, 128 + SIGKILL, true)
  }

  function signal(container: Container, number: number): void {
    const { owner } = container
    if (owner === undefined) return
    container.stopping = true
    time.after(owner, 0, () => container.listener(number))
  }

  function strike({ container: name, kind, lastsMs }: Fault): void {
    const container = containers.get(name) as Container
    const { process, owner } = container
    switch (kind) {
      case 'command':
        return process && finish(container, process, { signal: SIGKILL })
      case 'exit':
        return process && finish(container, process, { code: 3 })
      case 'container':
        return kill(container)
      case 'slow':
        return void (container.slowUntilMs = time.nowMs() + lastsMs)
      case 'flap':
        container.flapUntilMs = time.nowMs() + lastsMs
        return process && finish(container, process, { signal: SIGKILL })
      case 'deaf':
        return void (process && (process.deaf = true))
      case 'unready':
        process?.measuring?.tell('unready')
        // This message comes after the message that it is not ready, which has its own latency.
        return time.after(undefined, lastsMs + latencyMs, () => process?.measuring?.tell('ready'))
      case 'frozen':
        if (owner === undefined) return
        owner.frozenUntilMs = time.nowMs() + lastsMs
        return say(container, 'frozen', { lastsMs })
      case 'dump':
        return owner && time.after(owner, 0, () => container.listener(SIGQUIT))
      case 'asked':
        container.stubborn = true
        return owner && time.after(owner, 0, () => container.listener(SIGTERM))
      case 'liveness':
        signal(container, SIGTERM)
        return time.after(undefined, GRACE_MS, () => container.owner === owner && kill(container))
    }
  }
}
