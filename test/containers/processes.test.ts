/** What the first process of a container owes to the others: reaping, and staying or going as it was asked to. */
import test from 'ava'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { openHost, RUN } from '../support/container.ts'
import { eventually } from '../support/eventually.ts'
import { readChildren, readStat } from '../support/proc.ts'
import { ROOTS } from './roots.ts'

/** Every process that shares its PID namespace, by what it runs; a zombie runs nothing. */
function listContained(pid: number): readonly string[] {
  const namespace = readlinkSync(`/proc/${pid}/ns/pid`)
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || readlinkSync(`/proc/${name}/ns/pid`) !== namespace) return []
      return [readFileSync(`/proc/${name}/comm`, 'utf8').trim()]
    } catch {
      return []
    }
  })
}

for (const { name, image } of ROOTS) {
  test.serial(`${name}: of 500 orphans no zombie is left`, async (t) => {
    const host = openHost(t)
    const container = host.start(image, ['--', '/actor', 'orphans', '500'])
    await container.says('left them')
    const pid = await container.pid()
    await eventually('only the command is left', () => readChildren(pid).length === 1)
    t.deepEqual(
      readChildren(pid).map((child) => readStat(child)?.state),
      ['S'],
    )
    t.deepEqual(listContained(pid).toSorted(), ['actor', 'entrypoint'])
  })

  test.serial(`${name}: --exec leaves the command alone, as the first process`, async (t) => {
    const host = openHost(t)
    const container = host.member(image, 'app', ['--exec', '--', '/actor', 'until', `${RUN}/app/go`])
    await container.says('waiting')
    t.deepEqual(listContained(await container.pid()), ['actor'])
    host.write('app/go', '')
    t.is((await container.end).code, 0)
  })
}
