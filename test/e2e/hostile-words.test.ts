/** Names, annotations, messages and files that others chose: no command writes them to a terminal as they are. */
import test from 'ava'
import { writeFileSync } from 'node:fs'
import { openPlace } from '../support/podorder.ts'

const HOSTILE = '\u001b[31mX\u202e\u0007\u009b2J'
/** What a terminal would obey, or a reader could not see; line ends are the writer's own. */
const RAW = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

interface Words {
  readonly pod?: string
  readonly names?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  readonly image?: string
  readonly status?: object
}

function write({ pod = 'p', names = ['a', 'b'], annotations = { steps: 'a, b' }, image = 'x', status }: Words): string {
  const own = Object.entries(annotations).map(([name, text]) => [`podorder.io/${name}`, text])
  const containers = names.map((name) => ({ name, image, command: ['true'] }))
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name: pod, namespace: 'n', annotations: Object.fromEntries(own) as object },
    spec: { restartPolicy: 'Never', containers },
    ...(status === undefined ? {} : { status }),
  })
}

const ended = {
  exitCode: 1,
  reason: HOSTILE,
  message: HOSTILE,
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:05Z',
}

const MANIFESTS: Readonly<Record<string, string>> = {
  'a name': write({ names: [`a${HOSTILE}`, 'b'] }),
  'a target': write({ annotations: { 'depends-on': JSON.stringify({ a: { [`b${HOSTILE}`]: 'ready' } }) } }),
  'a condition': write({ annotations: { 'depends-on': JSON.stringify({ a: { b: HOSTILE } }) } }),
  'a target outside': write({
    annotations: { 'depends-on': JSON.stringify({ a: { [`http://x/${HOSTILE}`]: 'open' } }) },
  }),
  'a step': write({ annotations: { steps: `a, b${HOSTILE}` } }),
  'an annotation': write({ annotations: { steps: 'a, b', [`x${HOSTILE}`]: '' } }),
  'a pod': write({ pod: `p${HOSTILE}` }),
  'an image': write({ image: `x${HOSTILE}` }),
  'a status': write({
    status: {
      ...{ phase: 'Failed', reason: HOSTILE, message: HOSTILE, startTime: '2026-01-01T00:00:00Z' },
      containerStatuses: [
        { name: 'a', ready: false, restartCount: 0, image: HOSTILE, imageID: '', state: { terminated: ended } },
        { name: 'b', ready: false, restartCount: 0, image: 'x', imageID: '', state: { waiting: { reason: HOSTILE } } },
      ],
    },
  }),
  'no manifest': `a: {b: "${HOSTILE}`,
  'the same key twice': `"${HOSTILE.replace('\u001b', '\\e').replace('\u0007', '')}": 1\n`.repeat(2),
}

const COMMANDS = [
  ['check', '--offline'],
  ['graph'],
  ['graph', '--format', 'mermaid'],
  ['graph', '--format', 'dot'],
  ['check', '--offline', '--format', 'json'],
  ['check', '--offline', '--format', 'sarif'],
  ['graph', '--format', 'json'],
  ['explain'],
  ['explain', '--format', 'json'],
  ['timeline'],
  ['timeline', '--format', 'json'],
  ['inject', '--image', 'x/y:1', '--offline', '-o', '/dev/null'],
]

for (const [what, text] of Object.entries(MANIFESTS)) {
  test(`no terminal is given what stands in ${what}`, async (t) => {
    const place = openPlace(t)
    const file = place.path('manifest.yaml')
    writeFileSync(file, text)
    for (const command of COMMANDS) {
      const { stdout, stderr } = await place.run([...command, 'manifest.yaml'])
      t.true(stdout.length + stderr.length > 0 || command[0] === 'inject', command.join(' '))
      for (const output of [stdout, stderr]) t.notRegex(output, RAW, `${command.join(' ')}: ${JSON.stringify(output)}`)
    }
  })
}

test('nor in a file’s name, an option, or a word of the wrapper', async (t) => {
  const place = openPlace(t)
  const name = `${HOSTILE.replace('\u009b', '')}.yaml`
  writeFileSync(place.path(name), '{')
  for (const command of [
    ...COMMANDS.map((words) => [...words, name]),
    ['graph', '--format', HOSTILE, 'x'],
    [HOSTILE],
    ['rbac', HOSTILE],
    ['webhook', '--cert-dir', HOSTILE],
    ['run', name],
  ]) {
    const { stderr, stdout } = await place.run(command)
    t.notRegex(stderr + stdout, RAW, JSON.stringify([command, stderr]))
  }
})
