import test from 'ava'
import { buildCredentials, type CredentialFlags, readPairs } from '../../src/tekton/credentials.ts'

const NONE: CredentialFlags = { basicGit: [], sshGit: [], basicDocker: [], dockerConfig: [], dockerCfg: [] }

function build(flags: Partial<CredentialFlags>, secrets: Readonly<Record<string, string>>) {
  const read = (path: string) => secrets[path.replace('/tekton/creds-secrets/', '')]
  const built = buildCredentials({ ...NONE, ...flags }, read)
  return 'problem' in built
    ? built
    : { ...built, files: Object.fromEntries(built.files.map(({ path, content }) => [path, content])) }
}

test('user and password for git, as git’s own store wants them', (t) => {
  const built = build(
    {
      basicGit: [
        { secret: 'one', target: 'https://github.com' },
        { secret: 'two', target: 'https://git.example.com:8443/path' },
      ],
    },
    {
      'one/username': 'ada',
      'one/password': 'p@ss/w:rd?$&+,;=!(*)é',
      'two/username': 'domain\\bob',
      'two/password': 'secret',
    },
  )
  t.deepEqual(built, {
    warnings: [],
    files: {
      '.gitconfig':
        '[credential]\n\thelper = store\n[credential "https://github.com"]\n\tusername = ada\n' +
        '[credential "https://git.example.com:8443/path"]\n\tusername = domain\\\\bob\n\tuseHttpPath = true\n',
      '.git-credentials':
        'https://ada:p%40ss%2Fw%3Ard%3F$&+,;=%21%28%2A%29%C3%A9@github.com\n' +
        'https://domain%5Cbob:secret@git.example.com:8443/path\n',
    },
  })
})

test('keys for git over ssh: one file each, one section for each host', (t) => {
  const built = build(
    {
      sshGit: [
        { secret: 'one', target: 'github.com' },
        { secret: 'two', target: 'git.example.com:2222' },
        { secret: 'three', target: 'github.com' },
      ],
    },
    {
      'one/ssh-privatekey': 'key one',
      'one/known_hosts': 'known one',
      'two/ssh-privatekey': 'key two',
      'three/ssh-privatekey': 'key three',
      'three/known_hosts': 'known three',
    },
  )
  t.deepEqual(built, {
    warnings: [],
    files: {
      '.ssh/id_one': 'key one',
      '.ssh/id_two': 'key two',
      '.ssh/id_three': 'key three',
      '.ssh/config':
        'Host github.com\n    HostName github.com\n    Port 22\n' +
        '    IdentityFile /tekton/creds/.ssh/id_one\n    IdentityFile /tekton/creds/.ssh/id_three\n' +
        'Host git.example.com\n    HostName git.example.com\n    Port 2222\n' +
        '    IdentityFile /tekton/creds/.ssh/id_two\n',
      '.ssh/known_hosts': 'known one\nknown three',
    },
  })
})

test('registries: .dockercfg, then config.json, then user and password; only the fields that Tekton knows', (t) => {
  const built = build(
    {
      dockerCfg: ['old'],
      dockerConfig: ['new'],
      basicDocker: [{ secret: 'basic', target: 'https://c' }],
    },
    {
      'old/.dockercfg': '{"https://a":{"auth":"b2xk"},"https://b":{"auth":"b2xk"}}',
      'new/.dockerconfigjson':
        '{"auths":{"https://b":{"username":"u","password":"p","auth":"bmV3","identitytoken":"x"}}}',
      'basic/username': 'u',
      'basic/password': 'p',
    },
  )
  t.deepEqual(built, {
    warnings: [],
    files: {
      '.docker/config.json':
        '{"auths":{"https://a":{"auth":"b2xk"},"https://b":{"username":"u","password":"p","auth":"bmV3"},' +
        '"https://c":{"username":"u","password":"p","auth":"dTpw","email":"not@val.id"}}}',
    },
  })
})

test('a secret that is not there is told by its path', (t) => {
  const built = build({ basicGit: [{ secret: 'gone', target: 'https://x' }] }, {})
  t.deepEqual(built, {
    problem: 'cannot read /tekton/creds-secrets/gone/username; is the secret mounted, and does it have this key?',
  })
})

test('a broken configuration is a warning that has nothing of it, and the rest is made', (t) => {
  const built = build(
    { dockerConfig: ['bad'], sshGit: [{ secret: 'one', target: 'h' }] },
    { 'bad/.dockerconfigjson': '{"auths":{"x":{"password":"hunter2"', 'one/ssh-privatekey': 'k' },
  )
  t.true('files' in built)
  if (!('files' in built)) return
  t.deepEqual(Object.keys(built.files), ['.ssh/id_one', '.ssh/config'])
  t.regex(built.warnings.join(), /bad\/\.dockerconfigjson is missing, or is not a Docker configuration in JSON/)
  t.false(built.warnings.join().includes('hunter2'))
})

test('pairs are read, and each fault is told', (t) => {
  const problems: string[] = []
  const refuse = (problem: string) => problems.push(problem)
  t.deepEqual(readPairs('-ssh-git', ['a=h', 'b=h'], true, refuse), [
    { secret: 'a', target: 'h' },
    { secret: 'b', target: 'h' },
  ])
  t.deepEqual(problems, [])
  readPairs('-basic-git', ['a', 'a=b=c', '=d', 'e=', 'f=g', 'h=g'], false, refuse)
  t.is(problems.length, 5)
})
