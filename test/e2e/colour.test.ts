/** Colours are for terminals, and for those who ask for them: no-color.org, force-color.org, and TERM=dumb. */
import test from 'ava'
import { execa } from 'execa'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PODORDER = fileURLToPath(new URL('../../dist/podorder', import.meta.url))

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations: {podorder.io/depends-on: '{app: {db: started}}'}
spec:
  restartPolicy: Never
  containers:
    - {name: db, image: x, command: ['true']}
    - {name: app, image: x, command: ['true']}
`

/** As kubectl prints it: one has ended, and one waits. */
const STATUS = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'shop',
    namespace: 'default',
    creationTimestamp: '2026-03-01T12:00:00Z',
    annotations: { 'podorder.io/depends-on': '{app: {db: completed}}' },
  },
  spec: { restartPolicy: 'Never', containers: ['db', 'app'].map((name) => ({ name, image: 'x', command: ['true'] })) },
  status: {
    phase: 'Running',
    startTime: '2026-03-01T12:00:00Z',
    containerStatuses: ['db', 'app'].map((name, index) => ({
      name,
      image: 'x',
      imageID: '',
      ready: false,
      restartCount: 0,
      state:
        index === 0
          ? { terminated: { exitCode: 1, startedAt: '2026-03-01T12:00:01Z', finishedAt: '2026-03-01T12:00:02Z' } }
          : { running: { startedAt: '2026-03-01T12:00:01Z' } },
    })),
  },
})

const dir = mkdtempSync(join(tmpdir(), 'colour-'))
test.before(async () => {
  writeFileSync(join(dir, 'pod.yaml'), POD)
  writeFileSync(join(dir, 'pod.json'), STATUS)
  writeFileSync(join(dir, 'wrong.yaml'), POD.replace('db: started', 'nobody: started'))
  await execa(PODORDER, ['inject', 'pod.yaml', '-o', 'injected.yaml'], { cwd: dir })
})
test.after.always(() => rmSync(dir, { recursive: true, force: true }))

/** Every command that colours what it writes. */
const COMMANDS = [
  'run pod.yaml',
  'inject --diff pod.yaml',
  'eject --diff injected.yaml',
  'graph pod.yaml',
  'timeline pod.json',
  'explain pod.json',
  'check wrong.yaml',
]

const CASES: readonly {
  readonly terminal: boolean
  readonly env: Readonly<Record<string, string>>
  readonly coloured: boolean
}[] = [
  { terminal: false, env: {}, coloured: false },
  { terminal: false, env: { FORCE_COLOR: '1' }, coloured: true },
  { terminal: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' }, coloured: true },
  { terminal: false, env: { FORCE_COLOR: '' }, coloured: false },
  { terminal: true, env: {}, coloured: true },
  { terminal: true, env: { NO_COLOR: '' }, coloured: true },
  { terminal: true, env: { NO_COLOR: '1' }, coloured: false },
  { terminal: true, env: { FORCE_COLOR: '0' }, coloured: false },
  { terminal: true, env: { TERM: 'dumb' }, coloured: false },
  // Nobody says what it can.
  { terminal: true, env: { TERM: '' }, coloured: false },
]

/** What is written to stdout, by a command whose stdout is a pipe or a terminal. */
async function write(command: string, terminal: boolean, env: Readonly<Record<string, string>>): Promise<string> {
  const [file, words]: readonly [string, readonly string[]] = terminal
    ? ['script', ['-qec', `${PODORDER} ${command}`, '/dev/null']]
    : [PODORDER, command.split(' ')]
  const whole = { PATH: process.env['PATH'] ?? '', HOME: dir, TERM: 'xterm-256color', ...env }
  return (await execa(file, words, { cwd: dir, env: whole, extendEnv: false, reject: false, input: '' })).stdout
}

/** The colours of SGR, not the movements of a live line. */
function hasColour(text: string): boolean {
  return text.split('\u001B[').some((rest, index) => index > 0 && /^[\d;]*m/.test(rest))
}

for (const command of COMMANDS) {
  test(`podorder ${command}: colours where they are wanted, and nowhere else`, async (t) => {
    for (const { terminal, env, coloured } of CASES) {
      const said = await write(command, terminal, env)
      t.is(hasColour(said), coloured, `${terminal ? 'terminal' : 'pipe'} ${JSON.stringify(env)}: ${said}`)
    }
  })
}

test('a terminal that says not what it is gets no sequences at all', async (t) => {
  const command = `env -u TERM ${PODORDER} run pod.yaml`
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir }
  const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
    cwd: dir,
    env,
    extendEnv: false,
    input: '',
  })
  t.regex(stdout, /app .*Completed/)
  t.false(stdout.includes('\u001B'), stdout)
})

test('pages and complaints have no colours anywhere', async (t) => {
  for (const command of ['--help', 'inject --help', 'injct', 'version', 'completion bash']) {
    t.false((await write(command, true, { FORCE_COLOR: '1' })).includes('\u001B'), command)
  }
})
