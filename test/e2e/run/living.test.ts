/**
 * `restart: true` with real processes: random orders, in which commands and whole containers are killed, wrappers stand still, and
 * containers flap. Virtual time (test/entrypoint/living-pod.test.ts) tries far more; this is what the kernel makes of it.
 */
import test from 'ava'
import * as fc from 'fast-check'
import { appendFileSync, readFileSync } from 'node:fs'
import { readStat } from '../../support/proc.ts'
import { kill } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { openPlace, type Place, type RunLine, writePod } from '../../support/podorder.ts'
import { asksServer, becomeReady } from '../../support/server.ts'

/** One pod in each run; PODORDER_LOSSES_PODS=20 says otherwise. */
const PODS = Number(process.env['PODORDER_LOSSES_PODS'] ?? 1)

/** A follower's process may have been on its way when what it depends on was killed. */
const RACE_MS = 2000

/** The kernel's tick, in which it tells when a process was forked. */
const TICK_MS = 10

const KINDS = ['command', 'container', 'frozen', 'flap'] as const

interface Scene {
  readonly size: number
  readonly links: readonly { readonly from: number; readonly to: number; readonly restart: boolean }[]
  readonly readyMs: readonly number[]
  readonly faults: readonly {
    readonly which: number
    readonly kind: (typeof KINDS)[number]
    readonly afterMs: number
    readonly lastsMs: number
  }[]
}

const arbitraryScene: fc.Arbitrary<Scene> = fc.integer({ min: 3, max: 5 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    links: fc.array(
      fc.record({ from: fc.nat(), to: fc.nat(), restart: fc.nat({ max: 3 }).map((chance) => chance > 0) }),
      { minLength: size - 1, maxLength: 2 * size },
    ),
    readyMs: fc.array(fc.nat({ max: 300 }), { minLength: size, maxLength: size }),
    faults: fc.array(
      fc.record({
        which: fc.nat({ max: size - 1 }),
        kind: fc.constantFrom(...KINDS),
        afterMs: fc.nat({ max: 400 }),
        lastsMs: fc.integer({ min: 1, max: 400 }),
      }),
      { minLength: 4, maxLength: 6 },
    ),
  }),
)

interface Link {
  readonly container: string
  readonly target: string
  readonly restart: boolean
}

function readLinks({ size, links }: Scene): readonly Link[] {
  const all = links.map(({ from, to, restart }) => {
    const index = 1 + (from % (size - 1))
    return { container: `c${index}`, target: `c${to % index}`, restart }
  })
  return [...new Map(all.map((link) => [`${link.container} ${link.target}`, link])).values()]
}

/** Says when it was forked, when it is ready and when it is told, each by one line of one file. */
const serve = (name: string, readyMs: number): string =>
  [
    'set -- $(cat /proc/$$/stat)',
    `trap "echo ${name} down >> trace; exit 0" TERM`,
    `echo ${name} up \${22} >> trace; sleep ${readyMs / 1000}; echo ${name} ready >> trace; ${becomeReady(name)}`,
    'while :; do sleep 0.02; done',
  ].join('\n')

function writeScene(scene: Scene, links: readonly Link[]): string {
  const names = scene.readyMs.map((_, index) => `c${index}`)
  const needs = Map.groupBy(links, ({ container }) => container)
  const order = Object.fromEntries(
    [...needs].map(([name, list]) => [
      name,
      Object.fromEntries(list.map(({ target, restart }) => [target, { condition: 'ready', restart }])),
    ]),
  )
  const ordered = new Set(links.flatMap(({ container, target }) => [container, target]))
  return writePod({
    annotations: { 'depends-on': JSON.stringify(order) },
    spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 20 },
    containers: Object.fromEntries(
      names
        .filter((name) => ordered.has(name))
        .map((name) => [
          name,
          {
            command: ['sh', '-c', serve(name, scene.readyMs[Number(name.slice(1))] ?? 0)],
            readinessProbe: { exec: { command: asksServer(name) }, timeoutSeconds: 20 },
          },
        ]),
    ),
  })
}

type Step = readonly [name: string, what: string, atMs: number]

function readTrace(place: Place): readonly Step[] {
  const lines = place.has('trace') ? place.read('trace').trim().split('\n') : []
  return lines.map((line) => {
    const [name = '', what = '', at = '0'] = line.split(' ')
    return [name, what, Number(at) * TICK_MS]
  })
}

/** The clock by which the kernel tells when a process was forked. */
const uptimeTicks = (): number =>
  Math.round((Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000) / TICK_MS)

/** In the end each runs by what its targets are now. */
function isConsistent(steps: readonly Step[], names: readonly string[], links: readonly Link[]): boolean {
  const last = (name: string, what?: string): number =>
    steps.findLastIndex(([of, did]) => of === name && (what === undefined || did === what))
  return (
    names.every((name) => steps[last(name)]?.[1] === 'ready') &&
    links.every(({ container, target, restart }) => !restart || last(container, 'up') > last(target, 'ready'))
  )
}

/** Starts while a target was not ready, and had not been for a while. */
function findEarly(steps: readonly Step[], links: readonly Link[]): readonly string[] {
  return steps.flatMap(([name, what, atMs], index) => {
    if (what !== 'up') return []
    const own = links.filter(({ container }) => container === name)
    return own.flatMap(({ target }) => {
      const before = steps.slice(0, index).filter(([of]) => of === target)
      if (before.at(-1)?.[1] === 'ready') return []
      const killedMs = before.findLast(([, did]) => did === 'killed')?.[2] ?? 0
      const isDown = before.at(-1)?.[1] === 'down'
      return isDown || atMs - killedMs < RACE_MS
        ? []
        : [`${name} starts at ${atMs}, ${target} was killed at ${killedMs}`]
    })
  })
}

test('property: whatever is killed, stands still or flaps, each comes back by what it depends on, and none starts before it', async (t) => {
  const seen = { pods: 0, faults: 0, starts: 0 }
  const property = fc.asyncProperty(arbitraryScene, async (scene) => {
    const place = openPlace(t)
    const links = readLinks(scene)
    const names = [...new Set(links.flatMap(({ container, target }) => [container, target]))]
    place.write('pod.json', writeScene(scene, links))
    const run = place.start(['run', '--json', '--time-scale', '0.05', 'pod.json'])
    const explain = (): string => `${place.has('trace') ? place.read('trace') : ''}\n${run.stdout()}`
    const settled = (): Promise<unknown> =>
      eventually(`all are ready: ${JSON.stringify(links)}`, () => isConsistent(readTrace(place), names, links)).catch(
        (error: unknown) => t.fail(`${String(error)}\n${explain()}`),
      )
    const pidOf = (name: string): number | undefined => {
      const line = run.lines().findLast(({ event, container }) => event === 'started' && container === name)
      const { pid } = (line ?? {}) as RunLine & { readonly pid?: number }
      // The runner's own is the parent of one whose wrapper was killed.
      const stat = pid === undefined ? undefined : readStat(pid)
      return stat?.group === pid && stat?.state !== 'Z' && stat?.parent !== run.pid ? pid : undefined
    }
    const strike = (name: string, whole: boolean): void => {
      const pid = pidOf(name)
      const wrapper = pid === undefined ? undefined : readStat(pid)?.parent
      if (pid === undefined || wrapper === undefined || wrapper <= 1 || wrapper === run.pid) return
      if (whole) kill(wrapper, 'SIGKILL')
      kill(-pid, 'SIGKILL')
      appendFileSync(place.path('trace'), `${name} killed ${uptimeTicks()}\n`)
      seen.faults++
    }
    await settled()
    for (const { which, kind, afterMs, lastsMs } of scene.faults) {
      const name = `c${which}`
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      if (kind === 'frozen') {
        const wrapper = readStat(pidOf(name) ?? -1)?.parent
        if (wrapper === undefined || wrapper <= 1 || wrapper === run.pid) continue
        kill(wrapper, 'SIGSTOP')
        await new Promise((resolve) => setTimeout(resolve, lastsMs))
        kill(wrapper, 'SIGCONT')
        seen.faults++
      }
      const times = { frozen: 0, flap: 2, command: 1, container: 1 }[kind]
      for (let time = 0; time < times; time++) {
        strike(name, kind === 'container')
        if (kind === 'flap') await settled()
      }
    }
    await settled()
    const steps = readTrace(place)
    seen.pods++
    seen.starts += steps.filter(([, what]) => what === 'up').length
    const anew = run.lines().filter(({ event }) => event === 'restarting')
    const killed = new Set(steps.flatMap(([name, what]) => (what === 'killed' ? [name] : [])))
    // The kubelet restarts what was killed, and nothing else.
    t.deepEqual(
      anew.flatMap(({ container = '' }) => (killed.has(container) ? [] : [container])),
      [],
      explain(),
    )
    for (const name of names) {
      const ups = steps.filter(([of, what]) => of === name && what === 'up').length
      const kills = steps.filter(([, what]) => what === 'killed').length
      t.true(ups <= 1 + 2 * kills, `${name} was started ${ups} times for ${kills} kills`)
    }
    t.deepEqual(findEarly(steps, links), [], explain())
    run.signal('SIGINT')
    await run.end
  })
  const { failed, errorInstance, seed, counterexamplePath } = await fc.check(property, {
    numRuns: PODS,
    endOnFailure: true,
  })
  if (failed) t.log(`${seed}:${counterexamplePath}\n${String(errorInstance)}`)
  t.false(failed)
  t.true(seen.faults > 0)
  t.log(JSON.stringify(seen))
})
