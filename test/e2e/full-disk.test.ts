/** What stdout does not take, as on a full disk, is told and is no success. */
import test from 'ava'
import { execa } from 'execa'
import { openPlace, writePod } from '../support/podorder.ts'

const SAYS = 'podorder: stdout: no space left on the volume (ENOSPC)'
const POD = writePod({ annotations: { steps: 'a, b' }, containers: { a: 'echo up', b: 'true' } })

/** In which each write to it fails with ENOSPC (full(4)). */
const writeToFull = (words: string) => `exec "$0" ${words} > /dev/full`

const COMMANDS = [
  ...['--help', '--version', 'help', 'help registries', 'inject --help'],
  ...['version', 'version --json', 'completion zsh', 'check --rules'],
  ...['inject -', 'graph -', 'run -q -', 'run -'],
]

for (const words of COMMANDS) {
  test(`podorder ${words}`, async (t) => {
    const { exitCode, stderr } = await execa('sh', ['-c', writeToFull(words), 'dist/podorder'], {
      input: POD,
      reject: false,
    })
    t.deepEqual([exitCode, stderr], [1, SAYS])
  })
}

test('a pod whose words nobody can keep any more is stopped in order', async (t) => {
  const place = openPlace(t)
  const server = (name: string) => `trap 'echo ${name} >> stops; exit 0' TERM; while :; do sleep 0.1; done`
  place.write(
    'pod.yaml',
    writePod({ annotations: { 'depends-on': 'b: {a: started}' }, containers: { a: server('a'), b: server('b') } }),
  )
  const program = `${process.cwd()}/dist/podorder`
  const env = { TMPDIR: place.temporary }
  const run = await execa('sh', ['-c', writeToFull('run --json pod.yaml'), program], {
    cwd: place.dir,
    env,
    reject: false,
  })
  t.deepEqual([run.exitCode, run.stderr], [1, SAYS])
  // It may have come before they could say anything.
  t.regex(place.has('stops') ? place.read('stops') : '', /^(?:b\n)?(?:a\n)?$/)
  await place.assertClean()
})
