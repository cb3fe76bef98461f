import test from 'ava'
import { accessFromPod } from '../../src/kube/access.ts'
import { type ConfigFile, readKubeconfig } from '../../src/kube/kubeconfig.ts'

interface Parts {
  readonly cluster?: object
  readonly user?: object
  readonly context?: object
  readonly more?: object
}

function config(
  { cluster = {}, user = {}, context = {}, more = {} }: Parts = {},
  path = '/home/me/.kube/config',
): ConfigFile {
  const value = {
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: 'https://api:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
    ...more,
  }
  return { path, value }
}

const V1 = 'client.authentication.k8s.io/v1'

const read = (parts: Parts, chosen?: string) => readKubeconfig([config(parts)], chosen)

test('the current context says server, user and namespace', (t) => {
  const parts = {
    cluster: { 'certificate-authority-data': btoa('THE CA'), 'tls-server-name': 'kubernetes' },
    user: { token: 'secret' },
    context: { namespace: 'shop' },
  }
  t.deepEqual(read(parts), {
    access: {
      server: 'https://api:6443',
      ca: { text: 'THE CA' },
      serverName: 'kubernetes',
      insecure: false,
      token: { text: 'secret' },
      certificate: undefined,
      key: undefined,
      namespace: 'shop',
    },
  })
})

test('files are relative to the kubeconfig; data in the file wins over a file, a tokenFile over a token', (t) => {
  const parts = {
    cluster: { server: 'https://api:6443/', 'certificate-authority': 'ca.crt', 'insecure-skip-tls-verify': true },
    user: {
      'client-certificate': '/etc/me.crt',
      'client-certificate-data': btoa('ME'),
      'client-key': '../me.key',
      token: 'old',
      tokenFile: 'token',
    },
  }
  const found = read(parts)
  t.like(found, {
    access: {
      server: 'https://api:6443',
      ca: { file: '/home/me/.kube/ca.crt' },
      certificate: { text: 'ME' },
      key: { file: '/home/me/.kube/../me.key' },
      token: { file: '/home/me/.kube/token' },
      insecure: true,
      namespace: 'default',
    },
  })
})

test('of several files the first that says something is heard', (t) => {
  const empty = { path: '/a', value: { kind: 'Config' } }
  const second = config({}, '/b')
  const third = config({ cluster: { server: 'https://other' }, more: { 'current-context': 'elsewhere' } }, '/c')
  t.like(readKubeconfig([empty, second, third], undefined), { access: { server: 'https://api:6443' } })
})

test('a context may be chosen', (t) => {
  const more = { contexts: [{ name: 'there', context: { cluster: 'c', user: 'u', namespace: 'n' } }] }
  t.like(read({ more }, 'there'), { access: { namespace: 'n' } })
  t.deepEqual(read({}, 'there'), { problem: '/home/me/.kube/config has no context "there"; it has here' })
})

test('what is not supported is refused with the way out, and never passed over', (t) => {
  const fix =
    "which is not supported; use the cloud's exec plugin, or a token: kubectl create token SERVICEACCOUNT, as the user's token"
  const rows: readonly (readonly [Parts, string])[] = [
    [{ user: { exec: { apiVersion: V1 } } }, 'user "u" has an exec without a command'],
    [
      { user: { exec: { command: 'aws', apiVersion: 'client.authentication.k8s.io/v1alpha1' } } },
      `user "u" has an exec of apiVersion "client.authentication.k8s.io/v1alpha1"; known are ${V1} and ${V1}beta1`,
    ],
    [
      { user: { exec: { command: 'aws', apiVersion: V1, interactiveMode: 'Maybe' } } },
      'user "u" has an exec of interactiveMode "Maybe"; known are Never, IfAvailable, Always',
    ],
    [{ user: { 'auth-provider': { name: 'gcp' } } }, `user "u" gets its credentials from an auth-provider, ${fix}`],
    [{ user: { username: 'me', password: 'x' } }, `user "u" has a user name and a password, ${fix}`],
    [
      { cluster: { 'proxy-url': 'proxy' } },
      'the proxy of cluster "c", proxy: it is not a URL such as http://proxy:3128',
    ],
    [
      { cluster: { 'proxy-url': 'ftp://proxy' } },
      'the proxy of cluster "c", ftp://proxy: ftp: is not known; known are http, https and socks5',
    ],
    [{ cluster: { server: 'api' } }, 'cluster "c" has no server such as https://127.0.0.1:6443'],
    [
      { cluster: { 'certificate-authority-data': '---' } },
      'certificate-authority-data of cluster "c" or its user is not Base64',
    ],
    [{ context: { user: 'x' } }, 'context "here" is of a user that /home/me/.kube/config does not have'],
    [{ context: { cluster: 'x' } }, 'context "here" is of a cluster that /home/me/.kube/config does not have'],
    [
      { more: { 'current-context': '' } },
      '/home/me/.kube/config has no current-context; choose one: kubectl config use-context',
    ],
  ]
  for (const [parts, problem] of rows) t.deepEqual(read(parts), { problem })
  for (const value of [null, 'text', [], { contexts: 'none', 'current-context': 'x' }]) {
    t.true('problem' in readKubeconfig([{ path: '/x', value }], undefined))
  }
})

test('a pod speaks for its ServiceAccount', (t) => {
  t.like(accessFromPod('10.96.0.1', '443', 'shop\n'), {
    server: 'https://10.96.0.1:443',
    token: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
    ca: { file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
    namespace: 'shop',
    insecure: false,
  })
  t.like(accessFromPod('fd00::1', '6443', undefined), { server: 'https://[fd00::1]:6443', namespace: 'default' })
})

test('a program that gives credentials is found beside the kubeconfig, or in PATH', (t) => {
  const exec = { apiVersion: V1, command: 'aws', args: ['eks', 'get-token'], env: [{ name: 'A', value: 'b' }] }
  t.like(read({ user: { exec } }), {
    access: { exec: { user: 'u', command: 'aws', args: ['eks', 'get-token'], env: { A: 'b' }, cluster: undefined } },
  })
  const beside = { ...exec, command: './bin/login', provideClusterInfo: true }
  t.like(read({ user: { exec: beside }, cluster: { 'tls-server-name': 'kubernetes' } }), {
    access: {
      exec: {
        command: '/home/me/.kube/./bin/login',
        cluster: { server: 'https://api:6443', 'tls-server-name': 'kubernetes' },
      },
    },
  })
})

test('acting as somebody else is said in headers', (t) => {
  const user = { as: 'jane', 'as-groups': ['dev', 'ops'], 'as-uid': '7', 'as-user-extra': { 'a/b': ['c'] } }
  t.like(read({ user }), {
    access: {
      headers: {
        'Impersonate-User': 'jane',
        'Impersonate-Uid': '7',
        'Impersonate-Group': ['dev', 'ops'],
        'Impersonate-Extra-a%2Fb': ['c'],
      },
    },
  })
})

test('the kubeconfig’s proxy wins over the environment’s', (t) => {
  const env = { HTTPS_PROXY: 'http://env:1' }
  const parts = { cluster: { 'proxy-url': 'socks5://own:2' } }
  t.like(readKubeconfig([config(parts)], undefined, env), { access: { proxy: 'socks5://own:2' } })
  t.like(readKubeconfig([config()], undefined, env), { access: { proxy: 'http://env:1' } })
})
