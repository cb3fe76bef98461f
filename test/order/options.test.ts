import test from 'ava'
import * as fc from 'fast-check'
import { parseSignal } from '../../src/base/signal-names.ts'
import { readManifest, readNested } from '../../src/manifest/yaml.io.ts'
import { OPTION_KEYS } from '../../src/order/options.ts'
import { readPodOrder } from '../../src/order/pod-order.ts'
import { block, describeAll, readPod } from '../support/order-reading.ts'

/** With an order, so that there is somebody to have options; they begin at line 6. */
const options = (...lines: readonly string[]): string =>
  [block('app: {db: ready}'), 'podorder.io/options: |', ...lines.map((line) => `  ${line}`)].join('\n')

const find = (annotations: string, container: string) => {
  const { order, faults } = readPod(annotations)
  if (order === undefined) return describeAll(faults)
  const { places: _, ...said } = order.options.get(container) ?? { places: {} }
  return said
}

const EVERYTHING = [
  'app:',
  '  retries: 3',
  '  retryDelay: 2s',
  '  retryMaxDelay: "1m"',
  '  timeout: 1h',
  '  onError: continue',
  '  stopGracePeriod: 1m30s',
  '  stopSignal: SIGRTMIN+3',
  '  quiet: true',
  '  logFormat: json',
  '  exec: false',
  '  probeEvery: 250ms',
  '  command: [/bin/app, "", --serve]',
]

test('every option is read', (t) => {
  const said = find(options(...EVERYTHING), 'app')
  t.deepEqual(said, {
    retries: 3,
    retryDelay: 2000,
    retryMaxDelay: 60_000,
    timeout: 3_600_000,
    onError: 'continue',
    stopGracePeriod: 90_000,
    stopSignal: 'SIGRTMIN+3',
    quiet: true,
    logFormat: 'json',
    exec: 'never',
    probeEvery: 250,
    command: ['/bin/app', '', '--serve'],
  })
  t.deepEqual(Object.keys(said), OPTION_KEYS)
})

test('a container’s own options count more than those of all', (t) => {
  const said = options('"*": {quiet: true, timeout: 5m}', 'app: {timeout: 1m, retries: 2}')
  t.deepEqual(find(said, 'app'), { quiet: true, timeout: 60_000, retries: 2 })
  t.deepEqual(find(said, 'db'), { quiet: true, timeout: 300_000 })
  t.deepEqual(find(said, 'cache'), {}, 'nobody orders it, so there is no wrapper to have options')
})

test('exec is an order of one container, and a permission of all', (t) => {
  t.deepEqual(find(options('"*": {exec: true}', 'app: {exec: false}'), 'db'), { exec: 'may' })
  t.deepEqual(find(options('"*": {exec: true}', 'app: {exec: false}'), 'app'), { exec: 'never' })
  t.deepEqual(find(options('app: {exec: true}'), 'app'), { exec: 'must' })
})

test('an option knows where it was said', (t) => {
  t.deepEqual(readPod(options('"*": {quiet: true}', 'app: {timeout: 1m}')).order?.options.get('app')?.places, {
    quiet: { line: 7, column: 13 },
    timeout: { line: 8, column: 13 },
  })
})

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  [options('ap: {retries: 1}', 'cache: {retries: 1}')]: [
    'pod.yaml:7:7: unknown container "ap"; did you mean "app"?',
    'pod.yaml:8:15: container "cache": has options, but podorder does not wrap it: it is not in the order; name it in podorder.io/depends-on, or remove its options',
  ],
  [options('app: {retry: 1, colour: red}')]: [
    'pod.yaml:7:13: container "app": unknown option "retry"; use retries, retryDelay, retryMaxDelay, timeout, onError, stopGracePeriod, stopSignal, quiet, logFormat, exec, probeEvery or command',
    'pod.yaml:7:23: container "app": unknown option "colour"; use retries, retryDelay, retryMaxDelay, timeout, onError, stopGracePeriod, stopSignal, quiet, logFormat, exec, probeEvery or command',
  ],
  [options('app: {retires: 1, stopgraceperiod: 1s}')]: [
    'pod.yaml:7:13: container "app": unknown option "retires"; did you mean "retries"?',
    'pod.yaml:7:25: container "app": unknown option "stopgraceperiod"; did you mean "stopGracePeriod"?',
  ],
  [options('app: {retries: -1, retryDelay: 5, timeout: 0s, probeEvery: 1ms, onError: stopAndFial}')]: [
    'pod.yaml:7:22: container "app": retries is "-1"; write a whole number, such as 3',
    'pod.yaml:7:38: container "app": retryDelay is "5"; write a duration such as 30s, 5m or 1h30m',
    'pod.yaml:7:50: container "app": timeout is "0s"; write 1ms or more',
    'pod.yaml:7:66: container "app": probeEvery is "1ms"; write 10ms or more',
    'pod.yaml:7:80: container "app": onError is "stopAndFial"; did you mean "stopAndFail"?',
  ],
  [options('app: {quiet: yes, logFormat: yaml, exec: [true], stopSignal: SIGTREM, command: app, timeout: }')]: [
    'pod.yaml:7:20: container "app": quiet is "yes"; write true or false',
    'pod.yaml:7:36: container "app": logFormat is "yaml"; write text or json',
    'pod.yaml:7:48: container "app": exec is a list; write true or false',
    'pod.yaml:7:68: container "app": stopSignal is "SIGTREM"; did you mean "SIGTERM"?',
    'pod.yaml:7:86: container "app": command is not a list of words; write it as ["/bin/app", "--serve"]',
    'pod.yaml:7:100: container "app": timeout is empty; write a duration such as 30s, 5m or 1h30m',
  ],
  [options('"*": {command: [app]}', 'app: {command: [a, [b]]}', 'db: {command: [""]}')]: [
    'pod.yaml:7:13: command cannot be an option of all containers; write it for one container',
    'pod.yaml:8:22: container "app": command is not a list of words; write it as ["/bin/app", "--serve"]',
    'pod.yaml:9:21: container "db": command is not a list of words; write it as ["/bin/app", "--serve"]',
  ],
  [options('app: {}', 'db: quiet', '"*": ')]: [
    'pod.yaml:7:7: container "app": its options are empty; write a map: {retries: 3, timeout: 5m}',
    'pod.yaml:8:11: container "db": its options are text, not a map; write a map: {retries: 3, timeout: 5m}',
    'pod.yaml:9:7: its options are empty; write a map: {retries: 3, timeout: 5m}',
  ],
  [options('[app]')]: [
    'pod.yaml:7:7: podorder.io/options is a list, not a map of containers; write "app: {retries: 3}", or "*" instead of app for all',
  ],
  [options('app: {quiet: true, quiet: true}')]: [
    'pod.yaml:7:26: the key "quiet" is there twice (first at 7:13); remove one of the two',
  ],
  ['podorder.io/options: "app: {quiet: true}"']: [
    'pod.yaml:4:5: podorder.io/options does nothing: the pod has no order; write the order in podorder.io/depends-on or podorder.io/steps, or remove this annotation',
  ],
  [`podorder.io/command.${'a'.repeat(56)}: '["x"]'\npodorder.io/steps: db`]: [
    `pod.yaml:4:5: the API server refuses an annotation whose name is longer than 63; write podorder.io/options: '{${'a'.repeat(56)}: {command: ["/path/of/it", "word"]}}'`,
  ],
}

for (const [annotations, faults] of Object.entries(REFUSED)) {
  test(`${JSON.stringify(annotations)} is refused`, (t) => {
    const { order, faults: found } = readPod(annotations)
    t.deepEqual(describeAll(found), faults)
    t.is(order, undefined)
  })
}

test('whatever stands there, the reader ends, and each fault says what and how to fix it', (t) => {
  const value = fc.oneof(
    fc.constantFrom('true', '3', '5m', 'SIGTERM', 'json', '[a, b]', '{a: b}', '~', '"__proto__"', '-1', '1e9', '.inf'),
    fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
  )
  const key = fc.oneof(fc.constantFrom(...OPTION_KEYS), fc.constantFrom('__proto__', 'constructor', 'x'))
  const line = fc
    .tuple(
      fc.constantFrom('app', 'db', '"*"', 'x', '__proto__'),
      fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }),
    )
    .map(
      ([name, pairs]) =>
        [name, `${name}: {${pairs.map(([option, said]) => `${option}: ${said}`).join(', ')}}`] as const,
    )
  fc.assert(
    fc.property(fc.uniqueArray(line, { selector: ([name]) => name, minLength: 1 }), (lines) => {
      const { order, faults } = readPod(options(...lines.map(([, text]) => text)))
      t.is(order === undefined, faults.length > 0)
      for (const { what, fix, at } of faults) t.true(what !== '' && fix !== '' && at.line >= 7, what)
    }),
  )
  t.pass()
})

const SIGNALS: Readonly<Record<string, number | undefined>> = {
  SIGTERM: 15,
  term: 15,
  '9': 9,
  SIGWINCH: 28,
  SIGRTMIN: 34,
  'SIGRTMIN+3': 37,
  'RTMAX-1': 63,
  SIGRTMAX: 64,
  'SIGRTMAX+1': undefined,
  'SIGRTMIN-1': undefined,
  '0': undefined,
  '65': undefined,
  '': undefined,
  SIG: undefined,
  'SIGTERM+1': undefined,
  SIGNOTHING: undefined,
}

for (const [text, number] of Object.entries(SIGNALS)) {
  test(`the signal ${JSON.stringify(text)} is ${number}`, (t) => t.is(parseSignal(text), number))
}

/** Of a pod where app waits for db, which has `exec: true`. */
function refuseExec(edge: string, container: object = {}, others: Readonly<Record<string, string>> = {}) {
  const pod = {
    metadata: {
      annotations: {
        'podorder.io/depends-on': `app: {db: ${edge}}`,
        'podorder.io/stop-order': 'together',
        'podorder.io/options': 'db: {exec: true}',
        ...others,
      },
    },
    spec: { restartPolicy: 'Never', containers: [{ name: 'app' }, { name: 'db', ...container }] },
  }
  const [document] = readManifest(JSON.stringify(pod)).documents
  if (document === undefined) throw new Error('no document')
  return readPodOrder(document.tree(), readNested).faults.map(({ what }) => what)
}

const because = (need: string) => [`exec is true, but its wrapper must stay: ${need}`]

test('exec: true is refused, with the reason, of a container whose wrapper has something to do', (t) => {
  const readinessProbe = { tcpSocket: { port: 80 } }
  t.deepEqual(refuseExec('ready'), [])
  t.deepEqual(refuseExec('started', { readinessProbe }), [])
  t.deepEqual(refuseExec('ready', { readinessProbe }), because('"app" waits for it, and its probe tells when'))
  t.deepEqual(refuseExec('completed'), because('"app" waits for its end'))
  t.deepEqual(refuseExec('started', { startupProbe: readinessProbe }), because('it has a startupProbe'))
  t.deepEqual(
    refuseExec('ready', {}, { 'podorder.io/main': 'app' }),
    because(`podorder.io/main is set, and its wrapper has to know when "app" ends`),
  )
  t.deepEqual(refuseExec('ready', {}, { 'podorder.io/stop-order': 'reverse' }), because('it is stopped in turn'))
  t.deepEqual(
    refuseExec('ready', {}, { 'podorder.io/options': 'db: {exec: true, retries: 1}' }),
    because('it has the option retries'),
  )
})

test('exec: true of a native sidecar is refused in the same way; its own hook stays with the kubelet', (t) => {
  const sidecar = (more: object, options = 'db: {exec: true}'): readonly string[] => {
    const pod = {
      kind: 'Pod',
      metadata: {
        annotations: {
          'podorder.io/depends-on': 'app: {db: ready}',
          'podorder.io/options': options,
          'podorder.io/stop-order': 'together',
        },
      },
      spec: {
        restartPolicy: 'Never',
        initContainers: [{ name: 'db', restartPolicy: 'Always', ...more }],
        containers: [{ name: 'app' }],
      },
    }
    const [document] = readManifest(JSON.stringify(pod)).documents
    if (document === undefined) throw new Error('no document')
    return readPodOrder(document.tree(), readNested).faults.map(({ what }) => what)
  }
  t.deepEqual(sidecar({}), [])
  t.deepEqual(sidecar({ lifecycle: { postStart: { exec: { command: ['hook'] } } } }), [])
  t.deepEqual(sidecar({}, 'db: {exec: true, retries: 1}'), because('it has the option retries'))
  t.deepEqual(
    sidecar({ readinessProbe: { tcpSocket: { port: 80 } } }),
    because('"app" waits for it, and its probe tells when'),
  )
})
