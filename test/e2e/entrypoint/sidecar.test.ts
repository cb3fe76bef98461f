/** Waiting for a container that podorder does not wrap, by the files of the downward API. */
import test from 'ava'
import { makeVolume, UPDATES, updateVolume } from '../../support/downward.ts'
import { openStage, readEvents, type Stage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

const wait = (stage: Stage, ...flags: readonly string[]): Wrapper =>
  stage.member('app', [
    ...['--wait-for=sidecar/mesh', '--downward-dir', stage.path('downward')],
    ...[...flags, '--', 'echo', 'open'],
  ])
const says = (wrapper: Wrapper, text: string): Promise<unknown> =>
  eventually(`"${text}"`, () => wrapper.stderr().includes(text))

for (const update of UPDATES) {
  test(`a name that comes with the kubelet's update opens the gate (${update})`, async (t) => {
    const stage = openStage(t)
    const volume = stage.path('downward')
    makeVolume(volume)
    const wrapper = wait(stage)
    await says(wrapper, `waiting for sidecar/mesh (${volume}/ready, which podorder controller keeps, does not name it)`)
    for (const ready of ['meshes', 'a,mesh-2', '']) updateVolume(volume, update, { ready, failed: '' })
    t.is(wrapper.stdout(), '')
    updateVolume(volume, update, { ready: 'logs,mesh', failed: '' })
    const { code, stdout } = await wrapper.end
    t.deepEqual([code, stdout], [0, 'open\n'])
    t.is(stage.record('run/app/started')?.waitedFor, 'sidecar/mesh')
  })
}

test('a name that is there already is not waited for; one that has gone by the restart is', async (t) => {
  const stage = openStage(t)
  const volume = stage.path('downward')
  makeVolume(volume)
  updateVolume(volume, 'set', { ready: 'mesh', failed: '' })
  const first = await wait(stage, '--restart-policy=Always').end
  t.deepEqual([first.code, first.stdout], [0, 'open\n'])
  updateVolume(volume, 'remove', { ready: '', failed: '' })
  const second = wait(stage, '--restart-policy=Always')
  await says(second, 'waiting for sidecar/mesh')
  updateVolume(volume, 'change', { ready: 'mesh', failed: '' })
  t.is((await second.end).code, 0)
})

test('a sidecar that has failed can never be ready again under Never, and is waited for otherwise', async (t) => {
  const stage = openStage(t)
  const volume = stage.path('downward')
  makeVolume(volume)
  const never = wait(stage)
  const always = stage.member('other', [
    ...['--restart-policy=Always', '--wait-for=sidecar/mesh', '--downward-dir', volume, '--', 'echo', 'open'],
  ])
  await says(never, 'waiting for')
  await says(always, 'waiting for')
  updateVolume(volume, 'set', { ready: '', failed: 'mesh' })
  t.is((await never.end).code, 1)
  t.like(stage.record('run/app/ready.err'), { reason: 'Skipped', origin: 'sidecar/mesh', message: 'it has failed' })
  updateVolume(volume, 'change', { ready: 'mesh', failed: '' })
  t.is((await always.end).stdout, 'open\n')
})

test('a volume that is not there is said, and comes later', async (t) => {
  const stage = openStage(t)
  const wrapper = wait(stage)
  await says(wrapper, `waiting for sidecar/mesh (there is no ${stage.path('downward/ready')})`)
  stage.write('downward/ready', 'mesh')
  t.is((await wrapper.end).stdout, 'open\n')
  t.true(readEvents(wrapper.stderr()).includes('Completed'))
})
