/** What outlives a runner that was killed. */
import test from 'ava'
import { execa } from 'execa'
import { eventually } from '../support/eventually.ts'
import { isRunning, readStat } from '../support/proc.ts'

const SURVIVOR = new URL('../../src/run/survivor.io.ts', import.meta.url).href

/** Starts three, says that the first two have begun and that the first has ended, and goes on for ever. */
const RUNNER = `
import { spawn } from 'node:child_process'
import { openSurvivor } from '${SURVIVOR}'
const survivor = openSurvivor()
const pids = [1, 2, 3].map(() => spawn('sleep', ['3600'], { detached: true, stdio: 'ignore' }).pid)
survivor.begun(pids[0])
survivor.begun(pids[1])
survivor.ended(pids[0])
console.log(pids.join(' '))
setInterval(() => {}, 1000)
`

test('it ends who has begun, and leaves alone who has ended or was never told of', async (t) => {
  const runner = execa(process.execPath, ['--input-type=module', '--eval', RUNNER], { reject: false })
  let said = ''
  runner.stdout.on('data', (piece: Buffer) => (said += piece.toString()))
  await eventually('all have been started', () => said.endsWith('\n'))
  const [ended = 0, begun = 0, stranger = 0] = said.trim().split(' ').map(Number)
  t.teardown(() => [ended, stranger].forEach((pid) => process.kill(pid, 'SIGKILL')))
  t.true(isRunning(begun))
  runner.kill('SIGKILL')
  await runner
  await eventually('it is gone', () => !isRunning(begun))
  t.deepEqual(
    [ended, stranger].map((pid) => readStat(pid)?.state),
    ['S', 'S'],
  )
})
