/** `examples/living`: the database is killed, and what depends on it goes down and comes back with it. */
import test from 'ava'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { eventually } from './support/eventually.ts'
import { findFreePorts } from './support/order.ts'
import { openPlace, type RunLine } from './support/podorder.ts'

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url))
const DEFAULT_PORTS = ['27431', '27432', '27433', '27434']
const FOLLOWERS = ['worker', 'vote']

test('living: followers stop in reverse, none runs until the database is ready again, and nothing of them is restarted', async (t) => {
  const place = openPlace(t)
  for (const folder of ['living', 'voting']) await cp(`${EXAMPLES}${folder}`, place.path(folder), { recursive: true })
  const ports = await findFreePorts(DEFAULT_PORTS.length)
  const manifest = await readFile(`${EXAMPLES}living/pod.yaml`, 'utf8')
  const moved = DEFAULT_PORTS.reduce((text, port, index) => text.replaceAll(port, String(ports[index])), manifest)
  await mkdir(place.path('living'), { recursive: true })
  await writeFile(place.path('living/pod.yaml'), moved)

  const run = place.start(['run', '--json', 'living/pod.yaml'])
  const nth = (event: string, container: string, times: number): Promise<RunLine> =>
    eventually(
      `${container} ${event} for the ${times}th time`,
      () => run.lines().filter((line) => line.event === event && line.container === container)[times - 1],
    )
  await nth('ready', 'vote', 1)
  const { pid } = (await nth('started', 'postgres', 1)) as unknown as { readonly pid: number }
  process.kill(pid, 'SIGKILL')
  await nth('ready', 'vote', 2)
  run.signal('SIGINT')
  await run.end

  const told = run.lines().map(({ event, container }) => `${container} ${event}`)
  const death = told.indexOf('postgres ended')
  const ready = told.indexOf('postgres ready', death)
  const between = told.slice(death, ready)
  // `ended` is written when the command has gone: the first of them is the first to have stopped.
  t.deepEqual(
    between.filter((line) => FOLLOWERS.some((name) => line === `${name} ended`)),
    ['vote ended', 'worker ended'],
    told.join('\n'),
  )
  for (const name of FOLLOWERS) t.false(between.includes(`${name} started`))
  t.deepEqual(
    told.slice(ready).filter((line) => ['worker started', 'vote started'].includes(line)),
    ['worker started', 'vote started'],
  )
  t.deepEqual(
    run.lines().flatMap(({ event, container }) => (event === 'restarting' ? [container] : [])),
    ['postgres'],
    JSON.stringify(run.lines(), undefined, 1),
  )
  const table = await place.run(['timeline', '-'], { stdin: run.stdout() })
  t.is(table.code, 0)
})
