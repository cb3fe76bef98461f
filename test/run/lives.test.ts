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
const FLAGS = '/run/app/'

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

for (const { title, trait, flags = {}, stopped = false, how, told } of LIVES) {
  test(title, async (t) => {
    const events: RunEvent[] = []
    const exited = Promise.withResolvers<ProcessEnd>()
    const over = Promise.withResolvers<void>()
    let written: Readonly<Record<string, string>> = {}
    let say: (() => unknown) | undefined
    const plan: PodPlan = {
      ...{ name: 'pod', runDir: '/run', downwardDir: '/downward', members: [], sidecars: [], note: undefined },
      rules: { graceMs: 1000, timeScale: 1 } as PodPlan['rules'],
      traits: new Map([['app', trait]]),
      runtime: {
        start(_container, takeLines) {
          say = () => takeLines('stderr', ['its own words'])
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
      disk: { readFlag: (path: string) => written[path.replace(FLAGS, '')], publishFlag() {} } as never,
      prober: { probe: async () => ({ ok: true }), perform: async () => ({ ok: true }) } as never,
      ...{ now: () => 2000, clock: () => 2000 },
    }
    let commandAtMs: number | undefined
    const lives = createLives(plan, ports, (event) => void events.push(event), {
      hand(event) {
        if (event.kind !== 'ended') return
        commandAtMs = event.commandAtMs
        over.resolve()
      },
      fail: over.reject,
    })
    void lives.start('app')
    await setImmediate()
    if (stopped) lives.terminate('app', 1000, undefined)
    say?.()
    written = flags
    exited.resolve(how)
    await over.promise
    t.deepEqual(
      events.map((event) => {
        if (event.event !== 'ended') return event.event
        return `ended ${event.reason} ${event.exitCode}: ${event.message ?? ''}`
      }),
      told,
    )
    // Its wrapper's own word of the end is 1 s old.
    t.is(commandAtMs, (flags['failed'] ?? flags['exitCode']) ? 1000 : 2000)
  })
}
