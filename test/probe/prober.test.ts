import test from 'ava'
import { execa } from 'execa'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProber } from '../../src/probe/prober.io.ts'
import { DEFAULT_TIMING, type Check, type Probe, type ProbeResult } from '../../src/probe/probe.ts'
import { startServers } from './probe-servers.ts'
import { listCases, probeAll } from './prober-cases.ts'

const RUNTIMES: Readonly<Record<string, (probes: readonly Probe[]) => Promise<readonly ProbeResult[]>>> = {
  Node: probeAll,
  'Bun, in a container that is told of a proxy': async (probes) => {
    const program = new URL('prober-cases.ts', import.meta.url).pathname
    const nowhere = 'http://127.0.0.1:9'
    const env = { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere }
    const { stdout } = await execa('bun', [program], { input: JSON.stringify(probes), preferLocal: true, env })
    return JSON.parse(stdout) as readonly ProbeResult[]
  },
}

for (const [runtime, probeThere] of Object.entries(RUNTIMES)) {
  test(`${runtime}: every kind of check says what it found, and nothing is left running`, async (t) => {
    const servers = await startServers()
    t.teardown(() => servers.close())
    const cases = listCases(servers)
    const results = await probeThere(cases.map(({ probe }) => probe))
    t.is(results.length, cases.length)
    for (const [index, { name, expected }] of cases.entries()) t.deepEqual(results[index], expected, name)
  })
}

/** Starts a process in the background, tells its id, and goes on for longer than any test. */
async function lingering(): Promise<{ check: Check; findPid: () => Promise<number>; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'prober-'))
  const file = join(dir, 'pid')
  return {
    check: { kind: 'exec', argv: ['/bin/sh', '-c', `sleep 600 & echo $! >${file}; wait`] },
    findPid: async () =>
      Number(
        await until(
          () => readFile(file, 'utf8'),
          (text) => text.endsWith('\n'),
        ),
      ),
    remove: () => rm(dir, { recursive: true }),
  }
}

async function until<Value>(look: () => Promise<Value>, good: (value: Value) => boolean): Promise<Value> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const value = await look().catch((error: unknown) => {
      if (performance.now() > deadline) throw error
      return undefined
    })
    if (value !== undefined && good(value)) return value
    if (performance.now() > deadline) throw new Error(`still ${String(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A zombie that nobody has reaped yet is gone as well. */
async function isGone(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X')
  return /^[ZX]/.test(status.slice(status.lastIndexOf(')') + 2))
}

test('a command that runs out of time is killed with everything it started', async (t) => {
  const { check, findPid, remove } = await lingering()
  t.teardown(remove)
  const probe = { check, timing: { ...DEFAULT_TIMING, timeoutMs: 1000 } }
  t.deepEqual(await createProber().probe(probe, new AbortController().signal), { ok: false, why: 'timed out after 1s' })
  const pid = await findPid()
  t.true(
    await until(
      () => isGone(pid),
      (gone) => gone,
    ),
  )
})

test('a probe that is called off ends at once, and its command with it', async (t) => {
  const { check, findPid, remove } = await lingering()
  t.teardown(remove)
  const caller = new AbortController()
  const probing = createProber().probe({ check, timing: { ...DEFAULT_TIMING, timeoutMs: 600_000 } }, caller.signal)
  const pid = await findPid()
  caller.abort()
  t.deepEqual(await probing, { ok: false, why: 'cancelled' })
  t.true(
    await until(
      () => isGone(pid),
      (gone) => gone,
    ),
  )
})

test('a probe that was called off before it began checks nothing', async (t) => {
  const probe: Probe = { check: { kind: 'exec', argv: ['true'] }, timing: DEFAULT_TIMING }
  t.deepEqual(await createProber().probe(probe, AbortSignal.abort()), { ok: false, why: 'cancelled' })
})

test('loading the prober loads nothing that a probe of another kind needs', async (t) => {
  const prober = new URL('../../src/probe/prober.io.ts', import.meta.url).href
  const program = `await import(${JSON.stringify(prober)}); console.log(process.moduleLoadList.join('\\n'))`
  const { stdout } = await execa('node', ['--input-type=module', '--eval', program], { preferLocal: true })
  for (const heavy of ['http', 'https', 'http2', 'child_process'])
    t.notRegex(stdout, new RegExp(`^NativeModule ${heavy}$`, 'm'))
})
