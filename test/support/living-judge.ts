/** What must hold of a pod with `restart: true`, judged from what has happened and from nothing that the wrappers think. */
import type { Edge, Order } from '../../src/order/order.ts'
import type { Moment, Scene } from './virtual-pod.ts'

/** One run of a command. */
interface Run {
  readonly container: string
  readonly life: number
  readonly startMs: number
  /** It was optional, and it went on without it. */
  readonly without: readonly string[]
  /** It has said that it stops to start anew: whoever depends on it stops before it. */
  retiredMs: number
  /** It has said that what comes next is no retry. */
  anew: boolean
  /** It has said that what comes next is a retry. */
  retried: boolean
  toldMs: number
  toldBy: 'wrapper' | 'kubelet' | undefined
  endMs: number
  code: number | undefined
  /** From when to when its probe succeeded. */
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

/** A follower that has just been started may not have said so yet: so long its predecessor waits for that (living-run.ts). */
const SPAWN_MS = 100
const PEACE_MS = 60_000
/** So long a failed command's wrapper waits for the loss that may be the cause (living-run.ts). */
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
  /** Whoever hears of something hears of it so late, several times over. */
  const slackMs = 4 * latencyMs + 10
  const frozenMs = (names: readonly string[], fromMs: number, toMs: number): number =>
    names
      .flatMap((name) => frozen.get(name) ?? [])
      .reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs)), 0)
  const wasFrozen = (names: readonly string[], atMs: number, slack = slackMs): boolean =>
    names.some((name) => (frozen.get(name) ?? []).some(([from, to]) => from <= atMs && to >= atMs - slack))
  const lifeOf = (run: Run): Life => lives.get(run.container)?.[run.life] as Life

  /** The run of the target that the edge holds by, a moment ago. */
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

  /** When the run that an edge was opened by was lost; Infinity: never. */
  const findLoss = ({ condition }: Edge, holder: Run): number => {
    const life = lifeOf(holder)
    const restartMs = holder.retiredMs
    // That it was ready stays so only where it was ready to its end.
    const wasReady = condition !== 'ready' || holder.ready.at(-1)?.toMs === holder.endMs
    if (isForGood(scene, holder, life)) return wasReady ? restartMs : Math.min(restartMs, holder.endMs)
    // That it was started stays so where nobody starts it again.
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
    // Only what restarts with something looks again before a retry.
    const isBare = isRetry(run) && edges.every(({ restart }) => restart === undefined)
    for (const edge of edges) {
      // Nor does it take back that it was started, where nobody restarts with it.
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
      // Started by what one says whose wrapper stands still.
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
    // Of one whose wrapper stands still nobody knows that it has ended, however long ago that was.
    const names = [container, ...(dependentsOf.get(container) ?? []).map((edge) => edge.container)]
    const stoppedMs = besides.reduce(
      (last, other) => (other.startMs <= doneMs ? Math.max(last, Math.min(other.endMs, doneMs)) : last),
      lostMs,
    )
    const targets = (edgesOf.get(container) ?? []).map(({ target }) => target)
    // Until it is clear that the target is retried, that it was started holds where its end may be the last.
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

  /** Loss of readiness for as long as the edge says. */
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
   * Runs beside it of those that restart with it; one may still be stopping over an earlier loss.
   * @param stopping also those that were started without it, while they stop for something else
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
      // The loss that it was stopped for is no later than its end.
      row = Math.min(run.toldMs, run.endMs) - run.startMs >= PEACE_MS + slackMs ? 1 : row + 1
      const pauseMs = row <= 1 ? 0 : Math.min(30_000, 1000 * 2 ** (row - 2))
      const tookMs = next.startMs - run.endMs
      // An end within a moment of a whole minute may count either way.
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
        // Under Never it may wait for what never comes; others are skipped.
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

/** It has succeeded, and nobody starts it again. */
function isForGood({ policy, order }: Scene, run: Run, life: Life): boolean {
  if (run.code !== 0 || run.toldBy === 'wrapper') return false
  // Under Never nobody starts it again that was told to stop, either.
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
