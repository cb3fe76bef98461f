import test from 'ava'
import type { Look } from '../../src/flags/judge.ts'
import { judgeLoss, type PredecessorView } from '../../src/flags/loss.ts'

const WAIT = { path: '/run/db/ready', label: 'db/ready', timeoutMs: undefined, optional: false, restart: {} }
const LOOK: Look = {
  file: 'present',
  refusal: undefined,
  link: 'held',
  concluded: false,
  returning: false,
  problem: undefined,
}
const VIEW: PredecessorView = { condition: LOOK, started: 'first', restarting: undefined, ended: undefined }
const gone = (link: Look['link'] = 'held'): Look => ({ ...LOOK, file: 'absent', link })

const judge = (change: Partial<PredecessorView>, started: string | undefined = 'first'): string => {
  const verdict = judgeLoss(WAIT, { ...VIEW, ...change }, started)
  return verdict.kind === 'lost' ? `${verdict.why} (${verdict.origin})` : verdict.kind
}

const CASES: readonly (readonly [string, Partial<PredecessorView>, string])[] = [
  ['it goes on', {}, 'kept'],
  ['its socket is being connected', { condition: { ...LOOK, link: 'connecting' } }, 'kept'],
  ['its socket is lost', { condition: { ...LOOK, link: 'lost' } }, 'db was killed (db)'],
  ['it has completed, and its wrapper is gone', { condition: { ...LOOK, link: 'lost', concluded: true } }, 'kept'],
  ['another start of it', { started: 'second' }, 'db was started anew (db)'],
  [
    'it restarts',
    { condition: gone(), restarting: { message: 'disk was killed', origin: 'disk' } },
    'db restarts: disk was killed (disk)',
  ],
  [
    'it failed, and what comes next is not known yet',
    { condition: gone(), restarting: { reason: 'Error', message: 'exit code 3', exitCode: 3 } },
    'db has failed: exit code 3 (db)',
  ],
  [
    'it says that it restarts, and what was waited for is still there',
    { restarting: { message: 'disk was killed', origin: 'disk' } },
    'kept',
  ],
  ['it is not ready', { condition: gone() }, 'unready'],
  ['its flags are gone, and its socket', { condition: gone('lost') }, 'db was killed (db)'],
  ['its command has ended, nothing else is known', { condition: gone(), started: undefined }, 'db has ended (db)'],
  [
    'it has failed',
    { condition: gone(), started: undefined, ended: { reason: 'Error', message: 'exit code 3' } },
    'db has failed: exit code 3 (db)',
  ],
  [
    'it has ended, and will be run again',
    { condition: gone('lost'), started: undefined, ended: { reason: 'Completed' } },
    'db has ended (db)',
  ],
  [
    'it is held after success',
    { condition: gone(), started: undefined, ended: { reason: 'Completed', held: true } },
    'kept',
  ],
]

for (const [name, change, expected] of CASES) test(`${name}: ${expected}`, (t) => t.is(judge(change), expected))

test('of a file that no container published only its presence counts', (t) => {
  t.is(judge({ started: undefined }, undefined), 'kept')
  t.is(judgeLoss(WAIT, { ...VIEW, started: undefined, condition: gone('none') }, undefined).kind, 'lost')
})
