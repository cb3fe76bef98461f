import test from 'ava'
import { chooseProxy } from '../../src/kube/proxy.ts'

const SERVER = 'https://api.example.com:6443'

const ROWS: readonly (readonly [server: string, env: Readonly<Record<string, string>>, proxy: string | undefined])[] = [
  [SERVER, {}, undefined],
  [SERVER, { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
  [SERVER, { https_proxy: 'p:1' }, 'http://p:1'],
  [SERVER, { HTTP_PROXY: 'http://p:1' }, undefined],
  ['http://api', { HTTP_PROXY: 'http://p:1' }, 'http://p:1'],
  [SERVER, { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
  [SERVER, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'other, example.com' }, undefined],
  [SERVER, { HTTPS_PROXY: 'http://p:1', NO_PROXY: '.example.com' }, undefined],
  [SERVER, { HTTPS_PROXY: 'http://p:1', no_proxy: 'api.example.com:6443' }, undefined],
  [SERVER, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example.com:443' }, 'http://p:1'],
  [SERVER, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'ample.com' }, 'http://p:1'],
  ['https://10.96.0.1', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.96.0.0/12' }, undefined],
  ['https://10.112.0.1', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '10.96.0.0/12' }, 'http://p:1'],
  ['https://10.96.0.1', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '96.0.1,10.0.0.0/x' }, 'http://p:1'],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
  ['https://localhost:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
]

for (const [server, env, proxy] of ROWS) {
  test(`${server} with ${JSON.stringify(env)} is reached ${proxy === undefined ? 'directly' : `by ${proxy}`}`, (t) => {
    t.is(chooseProxy(server, '', env), proxy)
  })
}
