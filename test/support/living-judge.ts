/** Checks the properties of a pod with `restart: true` from the recorded events only, and not from the state of the wrappers. */
import type { Edge, Order } from '../../src/order/order.ts'
import type { Moment, Scene } from './virtual-pod.ts'

/** A single run of a command. */
interface Run {
  readonly container: string
  readonly life: number
  readonly startMs: number
  /** The optional targets without which it started. */
  readonly without: readonly string[]
  /** The time of the log line that it stops for a restart. Its dependents must stop before it. */
  retiredMs: number
  /** Whether the log says that the next run is a restart. */
  anew: boolean
  /** Whether the log says that the next run is a retry. */
  retried: boolean
  toldMs: number
  toldBy: 'wrapper' | 'kubelet' | undefined
  endMs: number
  code: number | undefined
  /** The periods in which its probe succeeded. */
  readonly ready: { readonly fromMs: number; toMs: number }[]
}

interface Life {
  readonly life: number
  readonly beganMs: number
  endMs: number
  last: boolean
  silent: boolean
}

export interface Verdict {
  readonly problems: readonly string[]
  readonly restarts: number
  readonly starts: number
}

/** How long a wrapper waits for the flags of dependents that have just started, in ms (living-run.ts). */
const SPAWN_MS = 100
const PEACE_MS = 60_000
/** How long the wrapper of a failed command waits for the loss of a dependency that may be the cause, in ms (living-run.ts). */
const NOTICE_MS = 300
const RETIRES = 'stopping: stopping it, to start anew'

export function judgeLiving(scene: Scene, moments: readonly Moment[], untilMs: number): Verdict {
  const { order, latencyMs } = scene
  const { runs, lives, frozen } = readMoments(order, moments)
  const edgesOf = Map.groupBy(order.edges, ({ container }) => container)
  const dependentsOf = Map.groupBy(
    order.edges.filter(({ restart }) => restart !== undefined),
    ({ target }) => target,
  )
  const problems: string[] = []
  const refuse = (atMs: number, what: string): void => void problems.push(`${atMs.toFixed(1)}: ${what}`)
  /** The tolerance for the latency of several messages, in ms. */
  const slackMs = 4 * latencyMs + 10
  const frozenMs = (names: readonly string[], fromMs: number, toMs: number): number =>
    names
      .flatMap((name) => frozen.get(name) ?? [])
      .reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs)), 0)
  const wasFrozen = (names: readonly string[], atMs: number, slack = slackMs): boolean =>
    names.some((name) => (frozen.get(name) ?? []).some(([from, to]) => from <= atMs && to >= atMs - slack))
  const lifeOf = (run: Run): Life => lives.get(run.container)?.[run.life] as Life

  /** Finds the run of the target that satisfied the edge at a time, with a tolerance. */
  const findHolder = ({ target, condition }: Edge, atMs: number, slack: number): Run | undefined =>
    (runs.get(target) ?? []).findLast((run) => {
      if (run.startMs > atMs) return false
      const { last, silent } = lifeOf(run)
      const stays = condition === 'started' && scene.policy === 'Never' && last && !silent
      const lasts = Math.min(run.endMs, run.retiredMs) > atMs - slack || stays || isForGood(scene, run, lifeOf(run))
      if (condition === 'completed') return run.code === 0
      if (condition === 'started') return lasts
      return lasts && run.ready.some(({ fromMs, toMs }) => fromMs <= atMs && (toMs > atMs - slack || run.code === 0))
    })

  /** Returns the time when an edge lost the run that satisfied it; Infinity: never. */
  const findLoss = ({ condition }: Edge, holder: Run): number => {
    const life = lifeOf(holder)
    const restartMs = holder.retiredMs
    // A run that has ended with success stays ready only if it was ready until its end.
    const wasReady = condition !== 'ready' || holder.ready.at(-1)?.toMs === holder.endMs
    if (isForGood(scene, holder, life)) return wasReady ? restartMs : Math.min(restartMs, holder.endMs)
    // A run that has ended stays started if no run follows.
    if (condition === 'started' && scene.policy === 'Never' && life.last && !holder.retried) {
      return life.silent ? Math.min(life.endMs, restartMs) : restartMs
    }
    return Math.min(holder.endMs, restartMs, life.endMs)
  }

  const lossOf = (run: Run): number =>
    (edgesOf.get(run.container) ?? [])
      .filter(({ restart, target }) => restart !== undefined && !run.without.includes(target))
      .map((edge) => {
        const holder = findHolder(edge, run.startMs, slackMs)
        return holder === undefined ? Infinity : findLoss(edge, holder)
      })
      .reduce((first, each) => Math.min(first, each), Infinity)

  for (const run of [...runs.values()].flat()) judgeRun(run)
  for (const name of order.containers) judgePauses(runs.get(name) ?? [])
  judgeEnd()
  return {
    problems,
    restarts: moments.filter(({ what, by }) => what === 'told' && by === 'wrapper').length,
    starts: moments.filter(({ what }) => what === 'start').length,
  }

  function judgeRun(run: Run): void {
    const { container, startMs } = run
    const edges = edgesOf.get(container) ?? []
    // Only a container that restarts with a dependency checks its waits again before a retry.
    const isBare = isRetry(run) && edges.every(({ restart }) => restart === undefined)
    for (const edge of edges) {
      // Before a retry the flag `started` is not removed if no container restarts with it.
      const before = (runs.get(edge.target) ?? []).findLast((other) => other.startMs < startMs)
      const isKept = edge.condition === 'started' && before?.retried === true && !dependentsOf.has(edge.target)
      if (edge.optional || isBare || isKept) continue
      if (findHolder(edge, startMs, slackMs) !== undefined) continue
      if (wasFrozen([container, edge.target], startMs, slackMs)) continue
      refuse(startMs, `${container} starts, and ${edge.target} is not ${edge.condition}`)
    }
    const lostMs = lossOf(run)
    if (run.toldBy === 'wrapper') {
      const early = findUnready(run)
      // It may have started because of an old flag, since the wrapper that should have removed it was frozen.
      const isBlind = (edgesOf.get(container) ?? []).some(
        (edge) => findHolder(edge, startMs, slackMs) === undefined && wasFrozen([container, edge.target], startMs),
      )
      if (!isBlind && Math.min(lostMs, early) > Math.min(run.retiredMs, run.toldMs))
        refuse(run.toldMs, `${container} is told, and nothing was lost`)
      for (const other of followersOf(run)) {
        if (other.startMs > run.toldMs - SPAWN_MS - slackMs) continue
        if (other.endMs > run.toldMs && !wasFrozen([other.container], run.toldMs)) {
          refuse(run.toldMs, `${container} is told before ${other.container} has stopped`)
        }
      }
    }
    if (lostMs === Infinity) return
    const doneMs = Math.min(run.toldMs, run.endMs)
    const besides = followersOf(run, true)
    // The end of a container whose wrapper is frozen is not known to others, however long ago it was.
    const names = [container, ...(dependentsOf.get(container) ?? []).map((edge) => edge.container)]
    const stoppedMs = besides.reduce(
      (last, other) => (other.startMs <= doneMs ? Math.max(last, Math.min(other.endMs, doneMs)) : last),
      lostMs,
    )
    const targets = (edgesOf.get(container) ?? []).map(({ target }) => target)
    // Under Never the end of the target may be the last, so `started` holds until the log says that it is retried.
    const noticeMs =
      scene.policy === 'Never' && (edgesOf.get(container) ?? []).some((edge) => edge.condition === 'started')
        ? NOTICE_MS
        : 0
    const boundMs = stoppedMs + SPAWN_MS + noticeMs + slackMs + frozenMs([...names, ...targets], startMs, doneMs)
    if (doneMs > boundMs) refuse(lostMs, `${container} goes on for ${(doneMs - lostMs).toFixed(0)} ms after a loss`)
  }

  function isRetry({ container, life, startMs }: Run): boolean {
    const before = (runs.get(container) ?? []).findLast((other) => other.life === life && other.startMs < startMs)
    return before?.retried === true
  }

  /** Finds the first loss of readiness that lasts for the time in the edge. */
  function findUnready(run: Run): number {
    return (edgesOf.get(run.container) ?? [])
      .flatMap((edge) => {
        const afterMs = edge.restart?.afterMs
        const holder = findHolder(edge, run.startMs, slackMs)
        if (afterMs === undefined || holder === undefined) return []
        return holder.ready.flatMap(({ toMs }, index) => {
          const backMs = holder.ready[index + 1]?.fromMs ?? Infinity
          return backMs - toMs >= afterMs - slackMs ? [toMs + afterMs - slackMs] : []
        })
      })
      .filter((atMs) => atMs >= run.startMs)
      .reduce((first, each) => Math.min(first, each), Infinity)
  }

  /**
   * Finds runs of its dependents at the same time. A dependent may still be stopping because of an earlier loss.
   * @param stopping whether to include dependents that were started without it and that stop for another reason
   */
  function followersOf(run: Run, stopping = false): readonly Run[] {
    return (dependentsOf.get(run.container) ?? []).flatMap(({ container }) =>
      (runs.get(container) ?? []).filter(
        (other) =>
          other.startMs < run.endMs &&
          other.endMs > run.startMs &&
          (!other.without.includes(run.container) || (stopping && other.retiredMs < other.endMs)),
      ),
    )
  }

  function judgePauses(list: readonly Run[]): void {
    let row = 0
    list.forEach((run, index) => {
      const next = list[index + 1]
      if (next === undefined || next.life !== run.life) return void (row = 0)
      if (!run.anew) return
      // The loss because of which it was stopped is not later than its end.
      row = Math.min(run.toldMs, run.endMs) - run.startMs >= PEACE_MS + slackMs ? 1 : row + 1
      const pauseMs = row <= 1 ? 0 : Math.min(30_000, 1000 * 2 ** (row - 2))
      const tookMs = next.startMs - run.endMs
      // The wrapper may count a run of about a minute either way.
      const isClose = Math.abs(Math.min(run.toldMs, run.endMs) - run.startMs - PEACE_MS) < 40_000
      if (isClose) row = 1
      else if (tookMs < pauseMs - 1) {
        refuse(next.startMs, `${run.container} starts anew after ${tookMs} ms, the ${row}th time in a row`)
      }
    })
  }

  function judgeEnd(): void {
    for (const name of order.containers) {
      const own = runs.get(name) ?? []
      const life = lives.get(name)?.at(-1)
      const run = own.at(-1)
      const isOver = life !== undefined && life.endMs < Infinity && life.last
      if (isOver || (run !== undefined && run.code === 0 && isForGood(scene, run, lifeOf(run)))) continue
      if (run === undefined || run.endMs < Infinity) {
        // Under Never it may wait for a condition that is never met, or be skipped.
        if (scene.policy === 'Always') refuse(untilMs, `${name} does not run in the end`)
        continue
      }
      for (const edge of edgesOf.get(name) ?? []) {
        if (edge.restart === undefined || edge.optional) continue
        if (findHolder(edge, untilMs, 0) !== findHolder(edge, run.startMs, slackMs)) {
          refuse(untilMs, `${name} runs in the end by what ${edge.target} was`)
        }
      }
    }
  }
}

/** Tells whether a run has succeeded and no run follows. */
function isForGood({ policy, order }: Scene, run: Run, life: Life): boolean {
  if (run.code !== 0 || run.toldBy === 'wrapper') return false
  // Under Never a container that was told to stop is not started again either.
  if (run.toldBy === 'kubelet') return policy === 'Never'
  const isHeld = order.edges.some(({ target, condition }) => target === run.container && condition === 'completed')
  return policy !== 'Always' || (isHeld && life.endMs === Infinity)
}

function readMoments(order: Order, moments: readonly Moment[]) {
  const runs = new Map<string, Run[]>(order.containers.map((name) => [name, []]))
  const lives = new Map<string, Life[]>(order.containers.map((name) => [name, []]))
  const frozen = new Map<string, (readonly [number, number])[]>(order.containers.map((name) => [name, []]))
  const without = new Map<string, string[]>(order.containers.map((name) => [name, []]))
  for (const {
    atMs,
    container,
    what,
    life,
    lastsMs = 0,
    code,
    last = false,
    by,
    silent = false,
    text = '',
  } of moments) {
    const own = runs.get(container) as Run[]
    const run = own.at(-1) as Run
    switch (what) {
      case 'begin':
        without.get(container)?.splice(0)
        lives.get(container)?.push({ life, beganMs: atMs, endMs: Infinity, last, silent })
        continue
      case 'exit':
        Object.assign(lives.get(container)?.at(-1) as Life, { endMs: atMs, last, silent })
        continue
      case 'frozen':
        frozen.get(container)?.push([atMs, atMs + lastsMs])
        continue
      case 'start': {
        const times = {
          anew: false,
          retried: false,
          startMs: atMs,
          retiredMs: Infinity,
          toldMs: Infinity,
          endMs: Infinity,
        }
        own.push({
          container,
          life,
          without: without.get(container)?.splice(0) ?? [],
          ...times,
          toldBy: undefined,
          code: undefined,
          ready: [],
        })
        continue
      }
      case 'ready':
        run.ready.push({ fromMs: atMs, toMs: Infinity })
        continue
      case 'unready':
      case 'end': {
        const lastReady = run.ready.at(-1)
        if (lastReady !== undefined && lastReady.toMs === Infinity) lastReady.toMs = atMs
        if (what === 'end') Object.assign(run, { endMs: atMs, code })
        continue
      }
      case 'told':
        Object.assign(run, { toldMs: atMs, toldBy: by })
        continue
      case 'said': {
        const [, label] = /(\S+)\/.* it is optional/.exec(text) ?? []
        if (label !== undefined) without.get(container)?.push(label.split('/').at(-1) ?? '')
        if (text.startsWith('restarting: ')) run.anew = true
        if (text.startsWith('retrying: ')) run.retried = true
        if (text.startsWith(RETIRES)) run.retiredMs = Math.min(run.retiredMs, atMs)
        continue
      }
      case 'killed':
        continue
    }
  }
  return { runs, lives, frozen }
}
