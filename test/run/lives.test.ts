/** What the runner tells of a container whose wrapper says little or nothing. */
import test from 'ava'
import { constants } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import type { RunEvent } from '../../src/history/run-event.ts'
import { createLives } from '../../src/run/lives.ts'
import type { PodPlan, Trait } from '../../src/run/prepare.ts'
import type { ProcessEnd } from '../../src/run/processes.io.ts'

const PLAIN: Trait = {
  ...{ wrapped: false, native: false, measured: false, waits: [], causes: [], anew: [], stopsAfter: [] },
  care: { probes: {}, hooks: {} },
}
const WRAPPED: Trait = { ...PLAIN, wrapped: true, waits: ['db/ready'] }

const bySignal = (signal: NodeJS.Signals): ProcessEnd => ({
  ...{ kind: 'signalled', signal, number: constants.signals[signal] },
})

interface Life {
  readonly title: string
  readonly trait: Trait
  /** What its wrapper has written by its end, by flag. */
  readonly flags?: Readonly<Record<string, string>>
  readonly stopped?: boolean
  readonly how: ProcessEnd
  readonly told: readonly string[]
}

const LIVES: readonly Life[] = [
  {
    ...{
      title: 'a wrapper is stopped before it takes signals',
      trait: WRAPPED,
      stopped: true,
      how: bySignal('SIGTERM'),
    },
    told: ['waiting', 'stopping', 'output', 'ended Cancelled 143: signal 15 while its wrapper was starting'],
  },
  {
    ...{ title: 'a wrapper is killed while it waits', trait: WRAPPED, how: bySignal('SIGKILL') },
    told: ['waiting', 'output', 'ended Error 137: killed by SIGKILL'],
  },
  {
    ...{ title: 'a wrapper ends without a word', trait: WRAPPED, how: { kind: 'exited', code: 2 } },
    told: ['waiting', 'output', 'ended Error 2: exit code 2'],
  },
  {
    ...{ title: 'a wrapper is killed with its command', trait: WRAPPED, how: bySignal('SIGKILL') },
    flags: { started: '{"at":"1970-01-01T00:00:01Z","pid":7,"waitedFor":"db/ready"}' },
    told: ['waiting', 'started', 'output', 'ended Error 137: killed by SIGKILL'],
  },
  {
    ...{ title: 'a command fails, and nobody has seen it running', trait: WRAPPED, how: { kind: 'exited', code: 3 } },
    flags: { failed: '{"at":"1970-01-01T00:00:01Z","exitCode":3,"reason":"Error"}' },
    told: ['waiting', 'output', 'started', 'ended Error 3: '],
  },
  {
    ...{ title: 'a wrapper is told to stop while it waits', trait: WRAPPED, stopped: true },
    how: { kind: 'exited', code: 143 },
    flags: {
      exitCode: '{"at":"1970-01-01T00:00:01Z","exitCode":143,"reason":"Cancelled","message":"signal 15 while waiting"}',
    },
    told: ['waiting', 'stopping', 'output', 'ended Cancelled 143: signal 15 while waiting'],
  },
  {
    ...{ title: 'one without a wrapper fails', trait: PLAIN, how: { kind: 'exited', code: 3 } },
    told: ['started', 'ready', 'output', 'ended Error 3: exit code 3'],
  },
  {
    ...{ title: 'one without a wrapper is stopped', trait: PLAIN, stopped: true, how: bySignal('SIGTERM') },
    told: ['started', 'ready', 'stopping', 'output', 'ended Error 143: killed by SIGTERM'],
  },
]

interface Process {
  readonly exited: PromiseWithResolvers<ProcessEnd>
  /** Says its own words on stderr. */
  say(): void
}

/** Starts containers whose processes and flags the test plays. */
function openLives(traits: Readonly<Record<string, Trait>>, readFlag: (path: string) => string | undefined) {
  const events: RunEvent[] = []
  const commandsAtMs: (number | undefined)[] = []
  const over = Promise.withResolvers<void>()
  const processes = new Map<string, Process>()
  const plan: PodPlan = {
    ...{ name: 'pod', runDir: '/run', downwardDir: '/downward', members: [], sidecars: [], note: undefined },
    rules: { graceMs: 1000, timeScale: 1 } as PodPlan['rules'],
    traits: new Map(Object.entries(traits)),
    runtime: {
      start(container, takeLines) {
        const exited = Promise.withResolvers<ProcessEnd>()
        processes.set(container, { exited, say: () => void takeLines('stderr', ['its own words']) })
        return {
          ...{ failed: false, pid: 7, running: async () => true, terminate() {}, kill() {} },
          ...{ exited: exited.promise, end: exited.promise },
        }
      },
      run: async () => ({ ok: true }),
      close: async () => {},
    },
  }
  const ports = {
    disk: { readFlag, publishFlag() {} } as never,
    prober: { probe: async () => ({ ok: true }), perform: async () => ({ ok: true }) } as never,
    ...{ now: () => 2000, clock: () => 2000 },
  }
  const lives = createLives(plan, ports, (event) => void events.push(event), {
    hand(event) {
      if (event.kind === 'ended' && commandsAtMs.push(event.commandAtMs) === plan.traits.size) over.resolve()
    },
    fail: over.reject,
  })
  for (const container of plan.traits.keys()) void lives.start(container)
  const processOf = (container: string): Process => {
    const process = processes.get(container)
    if (process === undefined) throw new Error(`${container} is not started`)
    return process
  }
  return { lives, events, commandsAtMs, over: over.promise, processOf }
}

for (const { title, trait, flags = {}, stopped = false, how, told } of LIVES) {
  test(title, async (t) => {
    let written: Readonly<Record<string, string>> = {}
    const pod = openLives({ app: trait }, (path) => written[path.replace('/run/app/', '')])
    await setImmediate()
    if (stopped) pod.lives.terminate('app', 1000, undefined)
    pod.processOf('app').say()
    written = flags
    pod.processOf('app').exited.resolve(how)
    await pod.over
    t.deepEqual(
      pod.events.map((event) => {
        if (event.event !== 'ended') return event.event
        return `ended ${event.reason} ${event.exitCode}: ${event.message ?? ''}`
      }),
      told,
    )
    // Its wrapper's own word of the end is 1 s old.
    t.deepEqual(pod.commandsAtMs, [(flags['failed'] ?? flags['exitCode']) ? 1000 : 2000])
  })
}

for (const first of ['db', 'app']) {
  test(`a follower of a killed wrapper is told after it, also if its exit is seen first: ${first} first`, async (t) => {
    const skipped = '{"at":"1970-01-01T00:00:01Z","exitCode":1,"reason":"Skipped","origin":"db"}'
    const pod = openLives({ db: { ...WRAPPED, waits: [] }, app: { ...WRAPPED, causes: ['db'] } }, (path) =>
      path === '/run/app/failed' ? skipped : undefined,
    )
    const ends = [
      () => pod.processOf('app').exited.resolve({ kind: 'exited', code: 1 }),
      () => pod.processOf('db').exited.resolve(bySignal('SIGKILL')),
    ]
    for (const end of first === 'db' ? ends.toReversed() : ends) {
      end()
      await setImmediate()
    }
    await pod.over
    t.deepEqual(
      pod.events.flatMap((event) => ('container' in event ? [`${event.container} ${event.event}`] : [])),
      ['app waiting', 'db ended', 'app skipped'],
    )
  })
}
