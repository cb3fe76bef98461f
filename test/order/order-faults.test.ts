import test from 'ava'
import { block, describeAll, readPod } from '../support/order-reading.ts'

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  [block('app: {dbb: ready}', 'ap: db')]: [
    'pod.yaml:5:13: container "app": unknown container "dbb"; did you mean "db"?',
    'pod.yaml:6:7: unknown container "ap"; did you mean "app"?',
  ],
  [block('app: {db: redy}', 'migrate: {db: {condition: whatever}}')]: [
    'pod.yaml:5:17: container "app": unknown condition "redy"; did you mean "ready"?',
    'pod.yaml:6:33: container "migrate": unknown condition "whatever"; use started, ready, completed, failed or ended',
  ],
  // One fault, whatever it is the reason of.
  'podorder.io/depend-on: x\npodorder.io/main: app': [
    'pod.yaml:4:5: unknown annotation podorder.io/depend-on; did you mean "depends-on"?',
  ],
  'podorder.io/depends-on: [app]\npodorder.io/main: app': [
    'pod.yaml:4:29: podorder.io/depends-on is a list, not text; write "podorder.io/depends-on: |", and below it, indented, a map such as "app: {db: ready}"',
  ],
  [`${block('app: db')}\npodorder.io/main: {app: x}`]: [
    'pod.yaml:6:23: podorder.io/main is a map, not text; write "podorder.io/main: app"',
  ],
  [`${block('app: db')}\npodorder.io/options: |\n  retries: 3`]: [
    'pod.yaml:7:7: unknown container "retries"; this pod has db, cache, migrate, app',
  ],
  [`${block('app: db')}\npodorder.io/options: [app]`]: [
    'pod.yaml:6:26: podorder.io/options is a list, not text; write "podorder.io/options: |", and below it, indented, a map such as "app: {retries: 3}"',
  ],
  [block('app: db, cache')]: ['pod.yaml:5:12: container "app": "db, cache" is not one name; write a list: [db, cache]'],
  'podorder.io/steps: db; app': [
    'pod.yaml:4:24: the names in podorder.io/steps are not separated by commas; write "db, app"',
  ],
  'podorder.io/steps: db -> app': [
    'pod.yaml:4:24: the names in podorder.io/steps are not separated by commas; write "db, app"',
  ],
  // The webhook refuses the same word; a command of no container of the pod is a slip.
  [`${block('app: db')}\npodorder.io/inject: no-thanks`]: [
    'pod.yaml:6:25: podorder.io/inject is "no-thanks"; write enabled or disabled',
  ],
  [`${block('app: db')}\npodorder.io/inject: Disabled`]: [
    'pod.yaml:6:25: podorder.io/inject is "Disabled"; did you mean "disabled"?',
  ],
  [`${block('app: db')}\npodorder.io/command.ap: '["x"]'`]: [
    'pod.yaml:6:5: unknown container "ap"; did you mean "app"?',
  ],
  [block('app: {db: , cache: [ready], migrate: {}}')]: [
    'pod.yaml:5:13: container "app": no condition for "db"; write "db: ready"',
    'pod.yaml:5:26: container "app": the condition for "cache" is a list, not a word; write "cache: ready"',
    'pod.yaml:5:35: container "app": no condition for "migrate"; write "migrate: ready"',
  ],
  [block(
    'app:',
    '  db: {condition: ready, timeout: 5 min}',
    '  cache: {optional: yes, tiemout: 1s}',
    '  migrate: {timeout: 0}',
  )]: [
    'pod.yaml:6:41: container "app": timeout is "5 min"; write a duration such as 30s, 5m or 1h30m',
    'pod.yaml:7:27: container "app": optional is "yes"; write true or false',
    'pod.yaml:7:32: container "app": unknown option "tiemout"; did you mean "timeout"?',
    'pod.yaml:8:28: container "app": timeout is "0"; write a duration such as 30s, 5m or 1h30m',
  ],
  ['podorder.io/depends-on: >\n  app: {db: ready}\n  db: {cache: ready}']: [
    'pod.yaml:4:29: behind > the lines of a text are joined, and so it cannot be read; write | instead of >',
  ],
  [block('app: {', '  db: redy', '}')]: [
    'pod.yaml:6:13: container "app": unknown condition "redy"; did you mean "ready"?',
  ],
  [block('app: app', 'db: {db: completed}')]: [
    'pod.yaml:5:12: container "app": it waits for itself; remove this dependency',
    'pod.yaml:6:12: container "db": it waits for itself; remove this dependency',
  ],
  [block('app: [db, cache, db]')]: [
    'pod.yaml:5:24: container "app": waits for "db" twice (first at 5:13); keep one of the two',
  ],
  [block('app: {db: ready, db: started}')]: [
    'pod.yaml:5:24: the key "db" is there twice (first at 5:13); remove one of the two',
  ],
  [`podorder.io/steps: db, app\n${block('app: {db: ready}')}`]: [
    'pod.yaml:4:28: container "app": waits for "db" twice (first at 6:13); keep one of the two',
  ],
  [block('app: {migrate: completed}', 'migrate: {db: ready}', 'db: {app: started}')]: [
    'pod.yaml:7:12: container "db": cycle db -> app -> migrate -> db, where -> means "waits for"; remove one of these dependencies',
  ],
  [block('app: db', 'db: app', 'cache: migrate', 'migrate: cache')]: [
    'pod.yaml:6:11: container "db": cycle db -> app -> db, where -> means "waits for"; remove one of these dependencies',
    'pod.yaml:7:14: container "cache": cycle cache -> migrate -> cache, where -> means "waits for"; remove one of these dependencies',
  ],
  [block(
    'app:',
    '  pod/x: completed',
    '  job/x: ready',
    '  "tcp://broker:5672": {condition: ready, timeout: 0, retries: 1}',
    '  http://api/: opn',
    '  sidecar/setup: started',
    '  service/mail:',
  )]: [
    'pod.yaml:6:16: container "app": unknown condition "completed" for "pod/x"; use ready',
    'pod.yaml:7:16: container "app": unknown condition "ready" for "job/x"; use completed or ended',
    'pod.yaml:8:42: container "app": unknown condition "ready" for "tcp://broker:5672"; use open',
    'pod.yaml:8:58: container "app": timeout is "0"; write a duration such as 30s, 5m or 1h30m',
    'pod.yaml:8:61: container "app": unknown option "retries"; use condition, timeout, optional, restart or restartAfter',
    'pod.yaml:9:22: container "app": unknown condition "opn" for "http://api/"; did you mean "open"?',
    'pod.yaml:10:24: container "app": unknown condition "started" for "sidecar/setup"; use ready',
    'pod.yaml:11:9: container "app": no condition for "service/mail"; write "service/mail: ready"',
  ],
  [block(
    'app: {db: {absent: completed}, pod/x: {absent: waiting}, job/x: {absent: gone}, job/y: {absence: x, retries: 1}}',
  )]: [
    'pod.yaml:5:18: container "app": absent is for Jobs only, and "db" is not a Job; remove it',
    'pod.yaml:5:46: container "app": absent is for Jobs only, and "pod/x" is not a Job; remove it',
    'pod.yaml:5:80: container "app": absent is "gone"; write completed or waiting',
    'pod.yaml:5:95: container "app": unknown option "absence"; did you mean "absent"?',
    'pod.yaml:5:107: container "app": unknown option "retries"; use condition, timeout, optional or absent',
  ],
  [block('app: [pod/X, job/a/b/c, service/-l, "tcp://broker", "http://", sidecar/a/b, "exec:true", job-we/x]')]: [
    'pod.yaml:5:13: container "app": "pod/X" is not a target; write pod/NAME, pod/NAMESPACE/NAME or pod/-lapp=db',
    'pod.yaml:5:20: container "app": "job/a/b/c" is not a target; write job/NAME, job/NAMESPACE/NAME or job/-lapp=db',
    'pod.yaml:5:31: container "app": "service/-l" is not a target; write service/NAME, service/NAMESPACE/NAME or service/-lapp=db',
    'pod.yaml:5:43: container "app": "tcp://broker" is not a target; write tcp://HOST:PORT',
    'pod.yaml:5:59: container "app": "http://" is not a target; write http://HOST:PORT/PATH',
    'pod.yaml:5:70: container "app": "sidecar/a/b" is not a target; write sidecar/NAME',
    'pod.yaml:5:83: container "app": unknown target kind "exec:" in "exec:true"; name a container of this pod, or use pod/, job/, service/, sidecar/, tcp://, http://, https://',
    'pod.yaml:5:96: container "app": unknown target kind "job-we/" in "job-we/x"; name a container of this pod, or use pod/, job/, service/, sidecar/, tcp://, http://, https://',
  ],
  [block('app: [sidecar/cach, sidecar/db, sidecar/app, sidecar/cache, "tcp:x", pod/x, pod/x]', 'db: cache')]: [
    'pod.yaml:5:13: container "app": unknown container "cach"; did you mean "cache"?',
    'pod.yaml:5:27: container "app": "db" is in the order itself, so podorder wraps it; write "db: ready"',
    'pod.yaml:5:39: container "app": it waits for itself; remove this dependency',
    'pod.yaml:5:52: container "app": "cache" is in the order itself, so podorder wraps it; write "cache: ready"',
    'pod.yaml:5:67: container "app": unknown target kind "tcp:" in "tcp:x"; did you mean "tcp://"?',
    'pod.yaml:5:83: container "app": waits for "pod/x" twice (first at 5:76); keep one of the two',
  ],
  [block('app: {srvice/mail: ready, "ftp://x": open}')]: [
    'pod.yaml:5:13: container "app": unknown target kind "srvice/" in "srvice/mail"; did you mean "service/"?',
    'pod.yaml:5:33: container "app": unknown target kind "ftp://" in "ftp://x"; did you mean "tcp://"?',
  ],
  [block('app: {setup: completed, podorder-init: completed}', 'setup: db')]: [
    'pod.yaml:5:31: container "app": "podorder-init" is an init container; remove it here: the kubelet starts it after the init containers that are listed before it',
    'pod.yaml:6:7: "setup" is an init container; remove it here: the kubelet starts it after the init containers that are listed before it',
  ],
  'podorder.io/depends-on: ""': [
    'pod.yaml:4:5: podorder.io/depends-on is empty; give it a value, or remove the annotation',
  ],
  'podorder.io/depends-on: "{}"': [
    'pod.yaml:4:5: podorder.io/depends-on is empty; give it a value, or remove the annotation',
  ],
  'podorder.io/steps:': ['pod.yaml:4:5: podorder.io/steps is empty; give it a value, or remove the annotation'],
  [block('# app: db')]: ['pod.yaml:4:5: podorder.io/depends-on is empty; give it a value, or remove the annotation'],
  [block('app: {}', 'db:', 'cache: []')]: [
    'pod.yaml:5:7: container "app": it has no dependencies here; name what it starts after, or remove the line',
    'pod.yaml:6:7: container "db": it has no dependencies here; name what it starts after, or remove the line',
    'pod.yaml:7:7: container "cache": it has no dependencies here; name what it starts after, or remove the line',
  ],
  [block('- app', '- db')]: [
    'pod.yaml:5:7: podorder.io/depends-on is a list, not a map of containers; write "app: {db: ready}": app starts when db is ready',
  ],
  [block('app: [{db: completed}]')]: [
    'pod.yaml:5:13: container "app": a list may hold names only, and this is a map; write a map: {db: completed}',
  ],
  [block('app:', '\tdb: ready')]: ['pod.yaml:6:7: a tab in the indentation; indent with spaces, not tabs'],
  'podorder.io/depends-on:\n  app: {db: ready}': [
    'pod.yaml:5:7: podorder.io/depends-on is a map, not text; write "podorder.io/depends-on: |", and the map indented below it',
  ],
  'podorder.io/main: true\npodorder.io/steps: db, app': [
    'pod.yaml:4:23: podorder.io/main is true or false, not text; put it in quotes',
  ],
  'podorder.io/steps: db,, app, bd, db, *': [
    'pod.yaml:4:27: a name is missing in podorder.io/steps; write "a, b, c"',
    'pod.yaml:4:34: unknown container "bd"; did you mean "db"?',
    'pod.yaml:4:38: "db" is named twice in podorder.io/steps; name it once',
    'pod.yaml:4:42: "*" cannot be among the names of podorder.io/steps; write "*" alone for all containers as listed',
  ],
  'podorder.io/steps: |\n  db,\n  ap\npodorder.io/main: "*"': [
    'pod.yaml:6:7: unknown container "ap"; did you mean "app"?',
    'pod.yaml:7:24: "*" cannot be among the names of podorder.io/main; name the containers',
  ],
  'podorder.io/main: app\npodorder.io/wait-timeout: 1h': [
    'pod.yaml:4:5: podorder.io/main does nothing: the pod has no order; write the order in podorder.io/depends-on or podorder.io/steps, or remove this annotation',
    'pod.yaml:5:5: podorder.io/wait-timeout does nothing: the pod has no order; write the order in podorder.io/depends-on or podorder.io/steps, or remove this annotation',
  ],
  'podorder.io/steps: "*"\npodorder.io/stop-order: revers\npodorder.io/wait-timeout: 5': [
    'pod.yaml:5:29: unknown stop order "revers"; did you mean "reverse"?',
    'pod.yaml:6:31: podorder.io/wait-timeout is a number, not text; put it in quotes',
  ],
  'podorder.io/steps: "*"\npodorder.io/wait-timeout: "-5m"': [
    'pod.yaml:5:31: bad duration "-5m" for podorder.io/wait-timeout; write a duration such as 30s, 5m or 1h30m',
  ],
  'podorder.io/depend-on: x\npodorder.io/colour: red\npodorder.io/command.: x': [
    'pod.yaml:4:5: unknown annotation podorder.io/depend-on; did you mean "depends-on"?',
    'pod.yaml:5:5: unknown annotation podorder.io/colour; use depends-on, steps, main, stop-order, wait-timeout, options, command.<container> or inject behind podorder.io/',
    'pod.yaml:6:5: unknown annotation podorder.io/command.; use depends-on, steps, main, stop-order, wait-timeout, options, command.<container> or inject behind podorder.io/',
  ],
}

for (const [annotations, faults] of Object.entries(REFUSED)) {
  test(`${JSON.stringify(annotations)} is refused, every fault in its place`, (t) => {
    const { order, faults: found } = readPod(annotations, { init: 'setup' })
    t.deepEqual(describeAll(found), faults)
    t.is(order, undefined)
  })
}

test('a long cycle is shown by its two ends', (t) => {
  const names = Array.from({ length: 30 }, (_, index) => `c${index}`)
  const lines = names.map((name, index) => `${name}: c${(index + 1) % 30}`)
  const [fault] = describeAll(readPod(block(...lines), { containers: names.join(' ') }).faults)
  t.regex(fault ?? '', /cycle c0 -> c1 -> .* -> c18 -> \(10 more\) -> c29 -> c0, /)
})
