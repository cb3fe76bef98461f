/** Inits that work as the first process of their container only: the wrapper leaves, or the advice makes it leave. */
import test from 'ava'
import { findings } from '../support/check.ts'
import { inject, type Given } from '../support/inject.ts'

interface Parts {
  readonly orders: Readonly<Record<string, string>>
  readonly web: string
  readonly app: string
}

const BASE: Parts = {
  orders: { 'depends-on': '{app: {web: started}}', 'stop-order': 'reverse' },
  web: 'command: [/init]',
  app: 'command: [/app]',
}

function write({ orders, web, app }: Parts): string {
  const annotations = Object.entries(orders).map(([name, text]) => `    podorder.io/${name}: '${text}'`)
  return `apiVersion: v1
kind: Pod
metadata:
  name: x
  annotations:
${annotations.join('\n')}
spec:
  restartPolicy: Never
  containers:
    - {name: web, image: r.example/web:1, ${web}}
    - {name: app, image: r.example/app:1, ${app}}
`
}

interface Row {
  readonly why: string
  readonly fix: string
  readonly parts: Partial<Parts>
  /** What the fix says. */
  readonly fixed: Partial<Parts>
}

const READY = 'readinessProbe: {tcpSocket: {port: 80}}'
const depends = (text: string, more: Parts['orders'] = {}): Partial<Parts> => ({
  orders: { 'depends-on': text, ...more },
})

const ROWS: readonly Row[] = [
  {
    why: 'it has the option exec: false',
    fix: 'remove exec: false',
    parts: depends('{app: {web: started}}', { options: '{web: {exec: false, quiet: true}}' }),
    fixed: depends('{app: {web: started}}', { options: '{web: {quiet: true}}' }),
  },
  {
    why: 'podorder.io/main is set, and its wrapper has to know when "app" ends',
    fix: 'remove podorder.io/main',
    parts: depends('{app: {web: started}}', { main: 'app' }),
    fixed: depends('{app: {web: started}}'),
  },
  {
    why: '"app" waits for its end',
    fix: 'write "web: started" for app',
    parts: depends('{app: {web: completed}}'),
    fixed: depends('{app: {web: started}}'),
  },
  {
    why: '"app" waits for it, and its probe tells when',
    fix: 'write "web: started" for app',
    parts: { ...depends('{app: {web: ready}}'), web: `command: [/init], ${READY}` },
    fixed: { ...depends('{app: {web: started}}'), web: `command: [/init], ${READY}` },
  },
  {
    why: '"app" restarts with it',
    fix: 'remove restart from app',
    parts: depends('{app: {web: {condition: started, restart: true}}}'),
    fixed: depends('{app: {web: {condition: started}}}'),
  },
  {
    why: 'it restarts with what it depends on',
    fix: 'remove restart from web',
    parts: depends('{web: {app: {condition: started, restart: true}}}'),
    fixed: depends('{web: {app: {condition: started}}}'),
  },
  {
    why: 'it has a postStart hook',
    fix: 'remove lifecycle.postStart',
    parts: { web: 'command: [/init], lifecycle: {postStart: {exec: {command: [/hook]}}}' },
    fixed: {},
  },
  {
    why: 'it has a startupProbe',
    fix: 'make the startupProbe a readinessProbe',
    parts: { web: 'command: [/init], startupProbe: {tcpSocket: {port: 80}}' },
    fixed: { web: `command: [/init], ${READY}` },
  },
  {
    why: 'its livenessProbe has an initialDelaySeconds',
    fix: 'give the livenessProbe a higher failureThreshold, and no initialDelaySeconds',
    parts: { web: 'command: [/init], livenessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 30}' },
    fixed: { web: 'command: [/init], livenessProbe: {tcpSocket: {port: 80}, failureThreshold: 9}' },
  },
  ...(['retries: 2', 'timeout: 5m', 'onError: continue'] as const).map((said): Row => {
    const name = said.startsWith('onError') ? said : said.replace(/:.*/, '')
    return {
      why: `it has the option ${name}`,
      fix: `remove ${name} from its options`,
      parts: depends('{app: {web: started}}', { options: `{web: {${said}, quiet: true}}` }),
      fixed: depends('{app: {web: started}}', { options: '{web: {quiet: true}}' }),
    }
  }),
]

const told = async (text: string, given: Given = {}) =>
  (await findings(text, given)).flatMap(({ rule, level, container, at, what, fix }) =>
    what.includes('first process')
      ? [{ rule, level, container, line: at.line, why: what.replace(/^.*wrapper must stay: /, ''), fix }]
      : [],
  )

for (const { why, fix, parts, fixed } of ROWS) {
  test(`an init that must be the first process is warned of, and the advice helps: ${why}`, async (t) => {
    const wrong = write({ ...BASE, ...parts })
    const line = wrong.split('\n').findIndex((one) => one.includes('name: web')) + 1
    t.deepEqual(await told(wrong), [{ rule: 'advice', level: 'warning', container: 'web', line, why, fix }])
    const { stdout, stderr } = await inject('in.yaml', wrong)
    t.regex(stderr, /^podorder: warning: in\.yaml:\d+:\d+: container "web": its command must be the first process/m)
    t.notRegex(stdout, /--name=web,[^\]]*--exec/)
    const right = write({ ...BASE, ...fixed })
    t.deepEqual(await told(right), [])
    t.regex((await inject('in.yaml', right)).stdout, /--name=web,[^\]]*--exec/)
  })
}

for (const program of ['/sbin/init', '/lib/systemd/systemd', '/usr/lib/systemd/systemd']) {
  test(`${program} is such a one`, async (t) => {
    const text = write({ ...BASE, orders: { 'depends-on': '{app: {web: completed}}' }, web: `command: [${program}]` })
    t.is((await told(text)).length, 1)
  })
}

test('a native sidecar whose hook stays with the kubelet needs no wrapper either', async (t) => {
  const text = `kind: Pod
apiVersion: v1
metadata: {name: x, annotations: {podorder.io/depends-on: "app: {web: started}"}}
spec:
  restartPolicy: Never
  initContainers:
    - {name: web, image: w, command: [/init], restartPolicy: Always, lifecycle: {postStart: {exec: {command: [/hook]}}}}
  containers:
    - {name: app, image: a, command: [/app]}
`
  t.deepEqual(await told(text), [])
  t.regex((await inject('in.yaml', text)).stdout, /--name=web,[^\]]*--exec/)
})

test('of an image the command is known where it was looked up, or noted by an earlier inject', async (t) => {
  const given: Given = { imageConfig: { 'r.example/web:1': { Entrypoint: ['/init'] } } }
  const text = write({ ...BASE, orders: { 'depends-on': '{app: {web: ended}}' }, web: 'ports: []' })
  t.is((await told(text, given)).length, 1)
  const { stdout, stderr } = await inject('in.yaml', text, given)
  t.regex(stderr, /first process/)
  t.is((await told(stdout)).length, 1)
})

test('others are wrapped, and no word is lost about them', async (t) => {
  for (const command of ['[/bin/sh, -c, /init]', '[/usr/bin/init-db]', '[init]', '[/init.sh]']) {
    const text = write({ ...BASE, orders: { 'depends-on': '{app: {web: completed}}' }, web: `command: ${command}` })
    t.deepEqual(await told(text), [])
    t.notRegex((await inject('in.yaml', text)).stdout, /--name=web,[^\]]*--exec/)
  }
})
