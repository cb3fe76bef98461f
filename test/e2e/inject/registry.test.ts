/** `podorder inject` of containers that say no command, against a real registry. */
import test from 'ava'
import { readdirSync } from 'node:fs'
import { createAuthority } from '../../support/certificates.ts'
import { openPlace } from '../../support/podorder.ts'
import { makeDirectory, openPusher, type Registry, startRegistry } from '../../support/registry.ts'

const directory = makeDirectory()
const authority = createAuthority(directory.path)
let [plain, secure]: readonly (Registry | undefined)[] = []

/** The digest of `team/app:1`, which runs `/app --serve`. */
let digest = ''

test.before(async () => {
  plain = await startRegistry(directory.path)
  secure = await startRegistry(directory.path, { tls: authority.sign('/CN=registry', 'IP:127.0.0.1') })
  const push = openPusher(plain)
  digest = (await push.image('team/app:1', { entrypoint: ['/app'], cmd: ['--serve'] })).digest
  const arm = await push.image('team/both', { entrypoint: ['/arm'], architecture: 'arm64' })
  const amd = await push.image('team/both', { entrypoint: ['/amd'] })
  await push.index('team/both:1', [arm, amd, await push.attestation('team/both')])
})

test.after.always(async () => {
  await Promise.all([plain?.stop(), secure?.stop()])
  directory.remove()
})

/** Two containers without a command, the second one with args. */
function writePod(image: string): string {
  return `kind: Pod
apiVersion: v1
metadata: {name: looked-up, annotations: {podorder.io/steps: "a, b"}}
spec:
  restartPolicy: Never
  containers:
    - name: a
      image: ${image}
    - name: b
      image: ${image}
      args: [--once]
`
}

const wordsOf = (stdout: string): readonly string[] =>
  [...stdout.matchAll(/- --\n((?: {8}- .*\n)+)/g)].map(([, words = '']) => words.replaceAll(/ {8}- /g, '').trim())

test('a tag is looked up, and what is known by digest needs no registry any more', async (t) => {
  const place = openPlace(t)
  const insecure = `--insecure-registry=${plain?.host}`
  const tagged = await place.run(['inject', '-', insecure], { stdin: writePod(`${plain?.host}/team/app:1`) })
  t.is(tagged.code, 0, tagged.stderr)
  t.true(tagged.stdout.includes('- --\n        - /app\n        - --serve\n'))
  t.true(tagged.stdout.includes('args: [') && tagged.stdout.includes('--, /app, --once]'))
  t.deepEqual(readdirSync(place.path('.cache/podorder')), [`${digest.replace(':', '-')}.json`])
  const pinned = writePod(`${plain?.host}/team/app@${digest}`)
  const offline = await place.run(['inject', '-', '--offline'], { stdin: pinned })
  t.is(offline.code, 0, offline.stderr)
  t.deepEqual(wordsOf(offline.stdout), wordsOf(tagged.stdout))
  const elsewhere = await place.run(['inject', '-', '--offline'], { stdin: pinned, env: { XDG_CACHE_HOME: '/none' } })
  t.deepEqual([elsewhere.code, elsewhere.stdout, elsewhere.stderr.split('\n').length], [2, '', 3])
  t.regex(elsewhere.stderr, /write "command" in the container, or annotate its pod .*, or list the image in a file/)
  const again = await place.run(['inject', '-', '--offline'], { stdin: offline.stdout })
  t.is(again.stdout, offline.stdout)
  t.is((await place.run(['eject', '-'], { stdin: offline.stdout })).stdout, pinned)
})

test('platforms that disagree are both written down', async (t) => {
  const place = openPlace(t)
  const stdin = writePod(`${plain?.host}/team/both:1`)
  const both = await place.run(['inject', '-', `--insecure-registry=${plain?.host}`], { stdin })
  t.is(both.code, 0, both.stderr)
  const platforms = /'(\{"linux.*\})'/.exec(both.stdout)?.[1] ?? '{}'
  t.deepEqual(JSON.parse(platforms), { 'linux/arm64': ['/arm'], 'linux/amd64': ['/amd'] })
  t.is((await place.run(['eject', '-'], { stdin: both.stdout })).stdout, stdin)
})

test('a private authority: by --registry-ca; without it one sentence', async (t) => {
  const place = openPlace(t)
  place.write('ca.pem', authority.certificate)
  const stdin = writePod(`${secure?.host}/team/app:1`)
  const trusted = await place.run(['inject', '-', '--registry-ca=ca.pem'], { stdin })
  t.is(trusted.code, 0, trusted.stderr)
  t.true(trusted.stdout.includes('/app, --once'))
  // The variable is set for other programs now and then; it undoes nothing here.
  for (const env of [{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }]) {
    const strange = await openPlace(t).run(['inject', '-'], { stdin, env })
    t.deepEqual([strange.code, strange.stdout], [2, ''])
    t.regex(
      strange.stderr,
      /^stdin:8:14: container "a": the command of image ".*" is not known: .*authority that is not known/m,
    )
  }
})

test('plain HTTP only where it is said', async (t) => {
  const place = openPlace(t)
  const end = await place.run(['inject', '-'], { stdin: writePod(`${plain?.host}/team/app:1`) })
  t.deepEqual([end.code, end.stdout], [2, ''])
  t.regex(end.stderr, /does not speak TLS; name it with --insecure-registry if plain HTTP will do/)
})

test('from the image itself: nothing is copied, and the executable comes from an image volume', async (t) => {
  const place = openPlace(t)
  const stdin = writePod('example/a:1').replaceAll('example/a:1\n', 'example/a:1\n      command: [/a]\n')
  const end = await place.run(['inject', '-', '--bin-source=image-volume', '--image=example/podorder:1'], { stdin })
  t.is(end.code, 0, end.stderr)
  t.true(end.stdout.includes('    - name: podorder-bin\n      image:\n        reference: example/podorder:1\n'))
  t.false(end.stdout.includes('--to='))
})
