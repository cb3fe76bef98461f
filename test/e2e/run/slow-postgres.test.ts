/** The slow postgres of the examples: a livenessProbe on every container, and who is killed by it. */
import test, { type ExecutionContext } from 'ava'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { eventually } from '../../support/eventually.ts'
import { findFreePorts } from '../../support/order.ts'
import { openPlace, type Place, readLines, type RunLine } from '../../support/podorder.ts'

const EXAMPLE = fileURLToPath(new URL('../../../examples/slow-postgres/', import.meta.url))
const PORTS = ['26379', '25432', '28081', '28080']
const CONTAINERS = ['redis', 'postgres', 'worker', 'vote']

/** A copy whose ports nobody else uses. */
async function copyExample(t: ExecutionContext): Promise<Place> {
  const place = openPlace(t)
  const ports = await findFreePorts(PORTS.length)
  for (const name of ['pod.yaml', 'without.yaml', 'app.mjs']) {
    const text = readFileSync(`${EXAMPLE}${name}`, 'utf8')
    place.write(
      name,
      PORTS.reduce((moved, port, index) => moved.replaceAll(port, String(ports[index])), text),
    )
  }
  return place
}

function find(lines: readonly RunLine[], event: string): readonly RunLine[] {
  return lines.filter((line) => line.event === event)
}

test('in order nobody is restarted, though each has a livenessProbe', async (t) => {
  const place = await copyExample(t)
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  const lines = readLines(stdout)
  t.deepEqual(find(lines, 'restarting'), [])
  t.deepEqual(find(lines, 'unhealthy'), [])
  t.deepEqual(
    find(lines, 'started').map(({ container }) => container),
    CONTAINERS,
  )
  t.true(stdout.includes('cats and dogs: {\\"cats\\":2,\\"dogs\\":1}'))
  await place.assertClean()
})

test('without order, who waits is killed by its own livenessProbe, several times', async (t) => {
  const place = await copyExample(t)
  const run = place.start(['run', '--json', 'without.yaml'])
  await eventually('both are restarted, and one of them again', () => {
    const restarted = find(run.lines(), 'restarting').map(({ container }) => container)
    return new Set(restarted).size === 2 && restarted.length > 2
  })
  run.signal('SIGINT')
  const { stdout } = await run.end
  const killed = find(readLines(stdout), 'stopping').filter((line) => 'cause' in line && line.cause === 'liveness')
  t.deepEqual([...new Set(killed.map(({ container = '' }) => container))].toSorted(), ['vote', 'worker'])
  await place.assertClean()
})

test('the two pods differ in nothing but the annotations, and each container has a livenessProbe', (t) => {
  const read = (name: string) => readFileSync(`${EXAMPLE}${name}`, 'utf8').split(/^spec:\n/m)
  const [, ordered = ''] = read('pod.yaml')
  const [head, unordered] = read('without.yaml')
  t.is(unordered, ordered)
  t.notRegex(head ?? '', /^ +annotations:/m)
  t.is(ordered.match(/^ +livenessProbe:/gm)?.length, CONTAINERS.length)
})
