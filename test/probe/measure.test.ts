import test from 'ava'
import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { measureReadiness, type ReadinessNews } from '../../src/probe/measure.ts'
import { DEFAULT_TIMING, type ProbeResult } from '../../src/probe/probe.ts'

/** Runs the measuring on a clock of its own; the container's probe answers `answer(ms)`. */
async function measure(t: { teardown(undo: () => void): void }, untilMs: number, answer: (ms: number) => ProbeResult) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const told: (ReadinessNews & { readonly ms: number })[] = []
  let ms = 0
  let asked = 0
  const probe = async (): Promise<ProbeResult> => {
    asked++
    return answer(ms)
  }
  const timing = { ...DEFAULT_TIMING, periodMs: 1000, failureThreshold: 1 }
  const check = { kind: 'tcp', host: undefined, port: 80 } as const
  const ports = { prober: { probe }, clock: () => ms }
  const measuring = measureReadiness({ check, timing }, 'readiness', undefined, ports, (news) =>
    told.push({ ms, ...news }),
  )
  measuring.begin()
  for (; ms < untilMs; ms += 100) {
    await turn()
    mock.timers.tick(100)
  }
  await turn()
  const before = asked
  measuring.close()
  mock.timers.tick(100_000)
  await turn()
  return { told, asked: before, after: asked - before }
}

test.serial('who is not ready says why after 5 s, and then every 30 s, until it is', async (t) => {
  const { told, asked, after } = await measure(t, 100_000, (ms) =>
    ms < 70_000 ? { ok: false, why: `refused at ${Math.floor(ms / 10_000)}` } : { ok: true },
  )
  const seconds = told.map(({ ms, change, why }) => `${Math.round(ms / 1000)} ${change} ${why}`)
  t.deepEqual(seconds, [
    '5 not-ready refused at 0',
    '35 not-ready refused at 3',
    '65 not-ready refused at 6',
    '70 ready the probe succeeds',
  ])
  t.true(asked > 50 + 55 + 30 && asked < 50 + 55 + 45, String(asked))
  t.is(after, 0, 'nobody asks once it is closed')
})

test.serial('who is no longer ready says so at once, and why again 30 s later', async (t) => {
  const { told } = await measure(t, 45_000, (ms) => (ms < 10_000 ? { ok: true } : { ok: false, why: 'down' }))
  t.deepEqual(
    told.map(({ ms, change, why }) => `${Math.round(ms / 1000)} ${change} ${why}`),
    ['0 ready the probe succeeds', '10 unready down', '40 not-ready down'],
  )
})
