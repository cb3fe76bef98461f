/** What a real kubelet 1.36 did with a pod, and what `podorder run` does with it. */
import test from 'ava'
import { countOf, fieldOf, listOf, textOf } from '../../src/pod/api-object.ts'
import type { PodSpec } from '../../src/pod/pod.ts'
import type { Event } from '../../src/run/pod-events.ts'
import { playPod, type Player } from '../support/pod-play.ts'
import { readRecordedStops, type Mark } from '../support/recorded-stops.ts'
import { readStream } from '../support/recordings.ts'

interface Recorded {
  readonly spec: PodSpec
  /** Each once, as they came. */
  readonly phases: readonly string[]
  /** By the second in which they started. */
  readonly starts: readonly string[]
  readonly players: Readonly<Record<string, Player>>
  readonly restarts: Readonly<Record<string, number>>
}

function readRecorded(stream: string): Recorded {
  const pods = readStream(stream).map((line): unknown => JSON.parse(line).object)
  const lives = new Map<string, { name: string; startedMs: number; end?: readonly [number, number] }>()
  const restarts: Record<string, number> = {}
  const phases: string[] = []
  for (const pod of pods) {
    const phase = textOf(pod, 'status', 'phase')
    if (phase !== phases.at(-1)) phases.push(phase)
    for (const status of listStatuses(pod)) {
      const name = textOf(status, 'name')
      const ended = fieldOf(status, 'state', 'terminated')
      const startedMs = Date.parse(textOf(ended ?? fieldOf(status, 'state', 'running'), 'startedAt'))
      restarts[name] = countOf(status, 'restartCount')
      if (Number.isNaN(startedMs)) continue
      const lastedMs = Date.parse(textOf(ended, 'finishedAt')) - startedMs
      const end = ended === undefined ? {} : { end: [countOf(ended, 'exitCode'), lastedMs] as const }
      lives.set(`${name} ${countOf(status, 'restartCount')}`, { name, startedMs, ...end })
    }
  }
  const spec = fieldOf(pods[0], 'spec') as PodSpec
  const names = [...(spec.initContainers ?? []), ...spec.containers].map(({ name }) => name)
  const listed = [...lives.values()].toSorted(
    (a, b) => a.startedMs - b.startedMs || names.indexOf(a.name) - names.indexOf(b.name),
  )
  const players = names.map((name): [string, Player] => {
    const own = listed.filter((life) => life.name === name)
    return [name, { ends: own.flatMap(({ end }) => (end === undefined ? [] : [end])), upMs: 2000 }]
  })
  return { spec, phases, starts: listed.map(({ name }) => name), players: Object.fromEntries(players), restarts }
}

function listStatuses(pod: unknown): readonly unknown[] {
  return ['initContainerStatuses', 'containerStatuses'].flatMap((list) => listOf(pod, 'status', list))
}

interface Row {
  readonly acts?: readonly (readonly [atMs: number, event: Event])[]
  /** Those that are told to stop: how they would have ended by themselves nobody knows. */
  readonly stopped?: readonly string[]
  readonly untilMs?: number
}

const ROWS: Readonly<Record<string, Row>> = {
  'container-restart-policy': {},
  'restart-rule': {},
  'image-volume': {},
  'native-sidecar': { stopped: ['side'] },
  'restart-all-containers': { stopped: ['long'], untilMs: 9000 },
  'always-pod-with-a-never-container': { acts: [[14_000, { kind: 'stop', reason: 'Interrupted' }]], stopped: ['srv'] },
}

for (const [name, { acts = [], stopped = [], untilMs = 60_000 }] of Object.entries(ROWS)) {
  test(`as recorded: ${name}`, (t) => {
    const { spec, phases, starts, players, restarts } = readRecorded(`pod-1.36-${name}`)
    const led = Object.entries(players).map(([of, player]): [string, Player] => [
      of,
      stopped.includes(of) ? { ...player, ends: [], stopCode: 0 } : player,
    ])
    const { marks } = playPod(spec, Object.fromEntries(led), acts, untilMs)
    const started = marks.flatMap(([, container, what]) => (what === 'start' ? [container] : []))
    t.deepEqual(started, starts)
    t.deepEqual(
      Object.fromEntries(Object.keys(restarts).map((of) => [of, started.filter((one) => one === of).length - 1])),
      restarts,
    )
    // A phase between two events of the watch is not seen.
    const own = marks.flatMap(([, container, what]) => (container === '' ? [what] : []))
    t.deepEqual(own, phases)
  })
}

/** What sets off each of them, by a part of its name. */
function readActs(what: string): Parameters<typeof playPod>[2] {
  if (what.startsWith('delete')) return [[ACT_MS, { kind: 'stop', reason: 'Interrupted' }]]
  if (what.startsWith('liveness kill of')) return [[ACT_MS, killReason(undefined)]]
  return what.startsWith('liveness') ? [[ACT_MS, killReason(2000)]] : []
}

const killReason = (graceMs: number | undefined): Event => ({
  kind: 'failed',
  container: 'sick',
  cause: 'liveness',
  graceMs,
})

/** All containers run by then. */
const ACT_MS = 5000

function readPlayers(what: string): Readonly<Record<string, Player>> {
  if (what.includes('main2 takes 2 s')) return { main2: { drainMs: 2000 } }
  if (what.includes('use up the grace period')) return { main1: { drainMs: Infinity } }
  if (what.startsWith('RestartAll')) return { init: { ends: [[0, 100], [0, 100]] }, trigger: { ends: [[42, ACT_MS - 100]] } } // prettier-ignore
  return {}
}

/** The kubelet's own delays: from an act to what it does, and from one container to the next, on two busy cores. */
const SLACK_S = 0.7

for (const { what, spec, seen } of readRecordedStops()) {
  test(`as recorded: ${what}`, (t) => {
    const { marks } = playPod(spec, readPlayers(what), readActs(what), ACT_MS + 20_000)
    const acted = marks.flatMap(([atMs, container, did]): readonly Mark[] =>
      atMs < ACT_MS || container === '' || did.startsWith('end ') ? [] : [[(atMs - ACT_MS) / 1000, container, did]],
    )
    const first = seen.find(([, , did]) => did !== 'exit42')?.[0] ?? 0
    const told = seen
      .filter(([, , did]) => did !== 'exit42')
      .map(([atS, container, did]): Mark => [atS - first, container, did === 'TERM' || did === 'INT' ? 'told' : did])
    const nameOf = ([, container, did]: Mark): string => `${container} ${did}`
    t.deepEqual(acted.map(nameOf).toSorted(), told.map(nameOf).toSorted())
    for (const mark of told) {
      const [ours] = acted.find((one) => nameOf(one) === nameOf(mark)) ?? [Number.NaN]
      // Starts follow one another at 0.4 s there.
      if (mark[2] !== 'start')
        t.true(Math.abs(ours - mark[0]) < SLACK_S, `${nameOf(mark)}: ${ours} s, there ${mark[0]} s`)
    }
    // Native sidecars end one after another, however quick they are.
    const native = new Set((spec.initContainers ?? []).map(({ name }) => name))
    const order = (list: readonly Mark[]) =>
      list.filter(([, container, did]) => native.has(container) && did === 'told').map(nameOf)
    t.deepEqual(order(acted), order(told))
    for (const [early, ofEarly, didEarly] of told) {
      for (const [late, ofLate, didLate] of told.filter(([atS]) => atS - early > SLACK_S)) {
        const [a, b] = [`${ofEarly} ${didEarly}`, `${ofLate} ${didLate}`].map((key) =>
          acted.findIndex((one) => nameOf(one) === key),
        )
        t.true((a ?? -1) < (b ?? -1), `${ofEarly} ${didEarly} at ${early} s, ${ofLate} ${didLate} at ${late} s`)
      }
    }
  })
}
