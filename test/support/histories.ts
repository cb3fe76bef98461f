/** Histories of pods for tests: a plain one, one with many failures, a large one, and random ones. */
import * as fc from 'fast-check'
import type { Condition } from '../../src/order/conditions.ts'
import type { ContainerHistory, ContainerState, History, HistoryLink, Life } from '../../src/history/history.ts'

/** The start of the pods: 2026-11-21T09:00:00Z. */
export const START_MS = 1_795_251_600_000

/** Converts times in ms since the pod's start to times since 1970. */
function live(life: Life): Life {
  const later = (name: 'sinceMs' | 'startedMs' | 'readyMs' | 'endedMs') =>
    life[name] === undefined ? {} : { [name]: START_MS + life[name] }
  return { ...life, ...later('sinceMs'), ...later('startedMs'), ...later('readyMs'), ...later('endedMs') }
}

function become(
  container: string,
  state: ContainerState,
  lives: readonly Life[],
  restarts = lives.length - 1,
): ContainerHistory {
  return { container, state, lives: lives.map(live), restarts: Math.max(0, restarts) }
}

function tie(container: string, target: string, condition: Condition = 'ready'): HistoryLink {
  return { container, target, condition }
}

/** Five containers in sequence. The end of `result` is the end of the pod's work. */
export const VOTING: History = {
  pod: 'voting',
  startMs: START_MS,
  endMs: START_MS + 9300,
  containers: [
    become('redis', 'ready', [{ sinceMs: 0, startedMs: 20, readyMs: 1240 }]),
    become('postgres', 'ready', [{ sinceMs: 10, startedMs: 1250, readyMs: 4050, waitedFor: 'redis/ready' }]),
    become('worker', 'ready', [{ sinceMs: 10, startedMs: 4060, readyMs: 5200, waitedFor: 'postgres/ready' }]),
    become('vote', 'ready', [{ sinceMs: 10, startedMs: 5210, readyMs: 7700, waitedFor: 'worker/ready' }]),
    become('result', 'ended', [
      { sinceMs: 10, startedMs: 7710, endedMs: 9290, exitCode: 0, reason: 'Completed', waitedFor: 'vote/ready' },
    ]),
  ],
  links: [
    tie('postgres', 'redis'),
    ...['redis', 'postgres'].map((target) => tie('worker', target)),
    tie('vote', 'worker'),
    tie('result', 'vote'),
  ],
}

/** A history with failures, restarts, skips, unknown times, containers that still run at its end, and long names. */
export const TROUBLED: History = {
  pod: 'checkout-7d9f8b6c5d-x2x8q',
  startMs: START_MS,
  endMs: START_MS + 64_000,
  partial: true,
  containers: [
    become('podorder-init', 'ended', [{ sinceMs: 0, startedMs: 0, endedMs: 900, exitCode: 0, reason: 'Completed' }]),
    become('db', 'ready', [{ sinceMs: 1000, startedMs: 1010, readyMs: 9000 }]),
    become(
      'migrate',
      'ended',
      [
        { sinceMs: 1000, startedMs: 9010, endedMs: 14_000, exitCode: 1, reason: 'Error', waitedFor: 'db/ready' },
        { sinceMs: 24_000, startedMs: 24_010, endedMs: 27_500, exitCode: 1, reason: 'Error', waitedFor: 'db/ready' },
        {
          sinceMs: 47_500,
          startedMs: 47_510,
          endedMs: 52_000,
          exitCode: 0,
          reason: 'Completed',
          waitedFor: 'db/ready',
        },
      ],
      4,
    ),
    become('api', 'running', [{ sinceMs: 1000, startedMs: 52_010, waitedFor: 'migrate/completed' }]),
    become('cache', 'restarting', [
      { sinceMs: 1000, startedMs: 1020, endedMs: 31_000, exitCode: 137, reason: 'OOMKilled', message: 'out of memory' },
      { sinceMs: 41_000, startedMs: 41_020, endedMs: 60_000, exitCode: 143, reason: 'Error', killedBy: 'liveness' },
    ]),
    become('seed', 'ended', [
      {
        sinceMs: 1000,
        startedMs: 9020,
        endedMs: 18_000,
        exitCode: 2,
        reason: 'Error',
        waitedFor: 'db/ready',
        message: 'no such table: "users" <1>',
      },
    ]),
    become('report', 'skipped', [
      {
        sinceMs: 1000,
        endedMs: 18_020,
        exitCode: 1,
        reason: 'Skipped',
        waitedFor: 'seed/completed',
        message: 'seed has failed',
      },
    ]),
    become('a-name-of-sixty-three-letters-as-long-as-a-dns-label-can-ever-be', 'waiting', [{ sinceMs: 1000 }]),
    become('legacy', 'running', [{ sinceMs: 1000, gateUntold: true }]),
    become('proxy', 'stopping', [{ sinceMs: 1000, startedMs: 1010, readyMs: 2000 }]),
    become('later', 'pending', []),
  ],
  links: [
    tie('migrate', 'db'),
    tie('api', 'migrate', 'completed'),
    tie('seed', 'db'),
    tie('report', 'seed', 'completed'),
    tie('a-name-of-sixty-three-letters-as-long-as-a-dns-label-can-ever-be', 'later'),
    tie('legacy', 'db'),
  ],
}

const STAGE_COUNT = 12

/** Makes a history of containers in 12 stages. Each waits for one or two of the stage before. It is the same in every run. */
export function makeCrowd(count = 200): History {
  const readyMs: number[] = []
  const links: HistoryLink[] = []
  const size = Math.ceil(count / STAGE_COUNT)
  const nameOf = (index: number): string => `${['extract', 'load', 'index', 'serve', 'notify'][index % 5]}-${index}`
  const containers = Array.from({ length: count }, (_, index): ContainerHistory => {
    const stage = Math.floor(index / size)
    const targets =
      stage === 0 ? [] : [...new Set([index - size, index - size + ((index % 3) - 1)])].filter((at) => at >= 0)
    links.push(...targets.map((target) => tie(nameOf(index), nameOf(target))))
    const last = targets.toSorted((a, b) => (readyMs[b] ?? 0) - (readyMs[a] ?? 0))[0]
    const startedMs = (last === undefined ? 20 : (readyMs[last] ?? 0)) + 5
    readyMs[index] = startedMs + 400 + ((index * 7919) % 13) * 230
    const life = {
      sinceMs: 10,
      startedMs,
      readyMs: readyMs[index],
      ...(last === undefined ? {} : { waitedFor: `${nameOf(last)}/ready` }),
    }
    return become(nameOf(index), 'ready', [life])
  })
  return {
    pod: 'crowd',
    startMs: START_MS,
    endMs: Math.max(START_MS, ...readyMs.map((ms) => START_MS + ms)) + 500,
    containers,
    links,
  }
}

const STATES = ['pending', 'waiting', 'running', 'ready', 'restarting', 'stopping', 'ended', 'skipped'] as const
export const ODD_TEXTS = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  ']]>',
  '<!--',
  '&amp;',
  '\u0000\u0008',
  '\uD800',
  '__proto__',
  '\u202Ebidi',
  'javascript:alert(1)',
  '${ink} $ink',
  '苹果',
  '',
]

/** Generates text as it may come from outside. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '/', '=', ' ', 'a', '\n', '\uDC00'), maxLength: 12 }),
)

const anyLife: fc.Arbitrary<Life> = fc
  .record(
    {
      sinceMs: fc.integer({ min: -100, max: 100_000 }),
      startedMs: fc.integer({ min: 0, max: 100_000 }),
      readyMs: fc.integer({ min: 0, max: 100_000 }),
      endedMs: fc.integer({ min: 0, max: 100_000 }),
      gateUntold: fc.boolean(),
      waitedFor: anyText,
      exitCode: fc.integer({ min: 0, max: 255 }),
      reason: anyText,
      message: anyText,
    },
    { requiredKeys: [] },
  )
  .map(live)

/** Generates invalid histories: duplicate names, ends before starts, markup in names. */
export const anyHistory: fc.Arbitrary<History> = fc
  .record({
    pod: anyText,
    endMs: fc.integer({ min: 0, max: 100_000 }),
    containers: fc.array(fc.tuple(anyText, fc.constantFrom(...STATES), fc.array(anyLife, { maxLength: 3 })), {
      maxLength: 6,
    }),
  })
  .map(({ pod, endMs, containers }) => ({
    pod,
    startMs: START_MS,
    endMs: START_MS + endMs,
    containers: containers.map(([name, state, lives]) => ({
      container: name,
      state,
      lives,
      restarts: Math.max(0, lives.length - 1),
    })),
    links: [],
  }))
