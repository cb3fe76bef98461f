/** What changed between Tekton v0.53 and v1.15, number by number: files and messages, byte for byte. */
import test from 'ava'
import { buildCredentials, type CredentialFlags } from '../../src/tekton/credentials.ts'
import { deflatePacking } from '../../src/tekton/deflate.io.ts'
import { readMessage, writeMessage } from '../../src/tekton/message.ts'
import { prepareStep } from '../../src/tekton/step-inputs.ts'
import { selectPlatformCommand } from '../../src/tekton/platform.ts'
import { readTektonPlan } from '../../src/tekton/tekton-flags.ts'

const NONE: CredentialFlags = { basicGit: [], sshGit: [], basicDocker: [], dockerConfig: [], dockerCfg: [] }
const SECRETS: Readonly<Record<string, string>> = { 'ssh-privatekey': 'key', username: 'ada', password: 'pw' }

function build(flags: Partial<CredentialFlags>): Readonly<Record<string, string>> {
  const built = buildCredentials({ ...NONE, ...flags }, (path) => SECRETS[path.slice(path.lastIndexOf('/') + 1)])
  return 'problem' in built ? {} : Object.fromEntries(built.files.map(({ path, content }) => [path, content]))
}

const section = (host: string, name: string, port: string, secret: string): string =>
  `Host ${host}\n    HostName ${name}\n    Port ${port}\n    IdentityFile /tekton/creds/.ssh/id_${secret}\n`

test('T1: a key for one repository gets an alias of its host, after the keys of whole hosts', (t) => {
  const files = build({
    sshGit: [
      { secret: 'one', target: 'git.example/org/a' },
      { secret: 'two', target: 'git.example' },
      { secret: 'three', target: 'git.example:2222/org/b' },
      { secret: 'four', target: 'other.example:2022' },
    ],
  })
  t.is(
    files['.ssh/config'],
    section('git.example', 'git.example', '22', 'two') +
      section('other.example', 'other.example', '2022', 'four') +
      section('git.example--org--a', 'git.example', '22', 'one') +
      section('git.example--org--b', 'git.example', '2222', 'three'),
  )
  t.is(
    files['.gitconfig'],
    '[url "git@git.example--org--a:org/a.git"]\n\tinsteadOf = git@git.example:org/a.git\n' +
      '[url "ssh://git.example--org--a/org/a.git"]\n\tinsteadOf = ssh://git.example/org/a.git\n' +
      '[url "git@git.example--org--b:org/b.git"]\n\tinsteadOf = git@git.example:org/b.git\n' +
      '[url "ssh://git.example--org--b/org/b.git"]\n\tinsteadOf = ssh://git.example:2222/org/b.git\n',
  )
})

test('T1: .gitconfig is appended to, after what basic-git has written', (t) => {
  const files = build({
    basicGit: [{ secret: 'login', target: 'https://x' }],
    sshGit: [{ secret: 'one', target: 'h/a' }],
  })
  t.is(
    files['.gitconfig'],
    '[credential]\n\thelper = store\n[credential "https://x"]\n\tusername = ada\n' +
      '[url "git@h--a:a.git"]\n\tinsteadOf = git@h:a.git\n[url "ssh://h--a/a.git"]\n\tinsteadOf = ssh://h/a.git\n',
  )
})

test('T1: keys of hosts alone write no .gitconfig', (t) => {
  t.deepEqual(Object.keys(build({ sshGit: [{ secret: 'one', target: '[::1]:2222' }] })), ['.ssh/id_one', '.ssh/config'])
  t.is(
    build({ sshGit: [{ secret: 'one', target: '[::1]:2222' }] })['.ssh/config'],
    section('::1', '::1', '2222', 'one'),
  )
})

test('T2: a login for one repository says so, and stands behind those of whole hosts', (t) => {
  const files = build({
    basicGit: ['https://a.example/org/x', 'https://b.example', 'https://c.example/', 'https://d.example/y'].map(
      (target, index) => ({ secret: `s${index}`, target }),
    ),
  })
  const login = (url: string, ...more: readonly string[]): string =>
    `[credential "${url}"]\n\tusername = ada\n${more.join('')}`
  t.is(
    files['.gitconfig'],
    '[credential]\n\thelper = store\n' +
      login('https://a.example/org/x', '\tuseHttpPath = true\n') +
      login('https://b.example') +
      login('https://c.example/') +
      login('https://d.example/y', '\tuseHttpPath = true\n'),
  )
  t.is(
    files['.git-credentials'],
    'https://ada:pw@b.example\nhttps://ada:pw@c.example/\n' +
      'https://ada:pw@a.example/org/x\nhttps://ada:pw@d.example/y\n',
  )
})

test('T4: named types of an existing message, and a missing one', (t) => {
  const types = (text: string) => readMessage(text, undefined)?.map(({ type }) => type)
  const named = ['TaskRunResult', 'InternalTektonResult', 'StepResult', 'StepArtifactsResult', 'TaskRunArtifactsResult']
  t.deepEqual(types(JSON.stringify(named.map((type) => ({ key: 'k', value: 'v', type })))), [1, 3, 4, 5, 6])
  const kept = readMessage('[{"key":"k","value":"v"}]', undefined) ?? []
  t.deepEqual(writeMessage(kept, undefined), { text: '[{"key":"k","value":"v"}]' })
})

test('T5: what HTML would take for its own is escaped, and its bytes are counted', (t) => {
  const write = (value: string) => writeMessage([{ key: 'k', value, type: 1 }], undefined)
  t.deepEqual(write('<a&b>\u2028\u2029'), {
    text: String.raw`[{"key":"k","value":"\u003ca\u0026b\u003e\u2028\u2029","type":1}]`,
  })
  const room = 4096 - '[{"key":"k","value":"","type":1}]'.length
  t.true('text' in write('<'.repeat(Math.floor(room / 6))))
  t.true('problem' in write('<'.repeat(Math.floor(room / 6) + 1)))
})

test('T6: where the first name is empty no result is read', (t) => {
  const read = (...flags: readonly string[]) => {
    const reading = readTektonPlan([...flags, '-entrypoint', 'true'], '/')
    return reading.kind === 'plan' ? [reading.plan.results, reading.plan.stepResults] : reading
  }
  t.deepEqual(read('-results', ',a', '-step_results', ',b'), [[], []])
  t.deepEqual(read('-results', '', '-step_results', 'b,c'), [[], ['b', 'c']])
})

test('T17: a message is packed only if that is strictly shorter, and a blank one is none', (t) => {
  const long = [{ key: 'k', value: 'x'.repeat(3000), type: 1 }]
  const packed = writeMessage(long, deflatePacking)
  t.regex('text' in packed ? packed.text : '', /^tknz:[A-Za-z0-9+/]+$/)
  t.deepEqual('text' in packed ? readMessage(packed.text, deflatePacking) : [], long)
  t.regex(JSON.stringify(writeMessage([{ key: 'k', value: 'v', type: 1 }], deflatePacking)), /text":"\[/)
  t.is(readMessage(' \n\t', undefined), undefined)
})

test('T18: platforms with and without a variant', (t) => {
  const select = (commands: object, arch: string) => selectPlatformCommand(JSON.stringify(commands), arch)
  t.deepEqual(select({ 'linux/arm64/v8': ['a'], 'linux/arm64': ['b'] }, 'arm64'), { words: ['a'] })
  t.deepEqual(select({ 'linux/arm64': ['b'] }, 'arm64'), { words: ['b'] })
  t.deepEqual(select({ 'linux/amd64': ['c'] }, 'x64'), { words: ['c'] })
})

test('T13: variables are replaced in their order up to the first fault, and what was replaced stays so', async (t) => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const texts = (all: readonly Uint8Array[]) => all.map((one) => new TextDecoder().decode(one))
  const files = {
    find: () => undefined,
    readPlain(path: string) {
      if (!path.endsWith('/r')) throw Object.assign(new Error(path), { code: 'ENOENT' })
      return Buffer.from('R')
    },
  }
  const env = ['A=$(steps.s.results.r)', 'B=$(steps.s.results.no)', 'C=$(steps.s.results.r)']
  const when = [{ input: '$(steps.s.results.r)', operator: 'in', values: ['R'], cel: '' }]
  const ports = { files, openDisk: () => Promise.reject(new Error('no script here')) } as never
  const made = await prepareStep({ argv: [bytes('$(steps.s.results.r)')], env: env.map(bytes) }, when, ports)
  t.deepEqual(texts(made.env), ['A=R', 'B=$(steps.s.results.no)', 'C=$(steps.s.results.r)'])
  t.deepEqual(texts(made.argv), ['$(steps.s.results.r)'])
  t.deepEqual(made.when, when)
  t.is(made.faults.length, 1)
})
