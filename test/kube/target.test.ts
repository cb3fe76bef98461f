import test from 'ava'
import { makeObject, parseTarget } from '../../src/kube/target.ts'

test('a target of the API is a kind, perhaps a namespace, and a name or a selector', (t) => {
  const object = { kind: 'pod', demand: 'all', namespace: undefined }
  t.deepEqual(parseTarget('pod/db'), { ...object, which: { name: 'db' }, label: 'pod/db' })
  t.deepEqual(parseTarget('pod/shop/db-0.x'), {
    ...object,
    namespace: 'shop',
    which: { name: 'db-0.x' },
    label: 'pod/shop/db-0.x',
  })
  t.deepEqual(parseTarget('job/-lapp.kubernetes.io/name=migrate,tier in (a,b)'), {
    kind: 'job',
    demand: 'all',
    namespace: undefined,
    which: { selector: 'app.kubernetes.io/name=migrate,tier in (a,b)' },
    label: 'job/-lapp.kubernetes.io/name=migrate,tier in (a,b)',
  })
  t.deepEqual(parseTarget('service/shop/-lapp=mail'), {
    kind: 'service',
    demand: 'some',
    namespace: 'shop',
    which: { selector: 'app=mail' },
    label: 'service/shop/-lapp=mail',
  })
})

test('checks and files are targets', (t) => {
  t.deepEqual(parseTarget('tcp://broker:5672'), {
    kind: 'check',
    check: { kind: 'tcp', host: 'broker', port: 5672 },
    label: 'tcp://broker:5672',
  })
  t.deepEqual(parseTarget('tcp://[::1]:1'), {
    kind: 'check',
    check: { kind: 'tcp', host: '::1', port: 1 },
    label: 'tcp://[::1]:1',
  })
  t.deepEqual(parseTarget('https://api/healthz?deep=1'), {
    kind: 'check',
    check: { kind: 'http', scheme: 'https', host: 'api', port: 443, path: '/healthz?deep=1', headers: [] },
    label: 'https://api/healthz?deep=1',
  })
  t.deepEqual(parseTarget('exec:pg_isready -q'), {
    kind: 'check',
    check: { kind: 'exec', argv: ['pg_isready', '-q'] },
    label: 'exec:pg_isready -q',
  })
  t.deepEqual(parseTarget('exec:["sh","-c","test -e /x"]'), {
    kind: 'check',
    check: { kind: 'exec', argv: ['sh', '-c', 'test -e /x'] },
    label: 'exec:["sh","-c","test -e /x"]',
  })
  t.deepEqual(parseTarget('file:/run/x'), { kind: 'file', path: '/run/x', label: 'file:/run/x' })
})

test('what is no target is refused in one sentence that says what to write', (t) => {
  const refusals: readonly (readonly [string, string])[] = [
    ['pods/db', 'unknown target "pods/db"; did you mean "pod/"?'],
    ['tpc://db:1', 'unknown target "tpc://db:1"; did you mean "tcp://"?'],
    ['db', 'unknown target "db"; it is one of pod/, job/, service/, tcp://, http://, https://, exec:, file:'],
    ['pod/', 'pod/: "" is not a name; write pod/NAME or pod/-lapp=db'],
    ['pod/Db', 'pod/Db: "Db" is not a name; write pod/NAME or pod/-lapp=db'],
    ['pod/a/b/c', 'pod/a/b/c: "b/c" is not a name; write pod/NAME or pod/-lapp=db'],
    ['pod/A/b', '"A" in pod/A/b is not the name of a namespace'],
    ['service/-l', 'service/-l: an empty selector would select everything; write service/NAME or service/-lapp=db'],
    ['tcp://5432', '"tcp://5432" is not tcp://HOST:PORT'],
    ['tcp://db', '"tcp://db" is not tcp://HOST:PORT'],
    ['tcp://db:70000', '"tcp://db:70000" is not tcp://HOST:PORT'],
    ['http://', '"http://" is not a URL such as http://db:8080/healthz'],
    ['exec:', '"exec:" is not a command such as exec:pg_isready -q or exec:["pg_isready","-q"]'],
    ['exec:["a"', '"exec:["a"" is not a command such as exec:pg_isready -q or exec:["pg_isready","-q"]'],
    ['file:', 'file: names no file; write file:/path'],
  ]
  for (const [text, problem] of refusals) t.deepEqual(parseTarget(text), { problem }, text)
})

test('the label says how much is asked for', (t) => {
  const label = (kind: 'pod' | 'service', demand: 'all' | 'finished' | 'some') => {
    const target = makeObject(kind, demand, undefined, { name: 'x' })
    return 'label' in target ? target.label : target.problem
  }
  t.is(label('pod', 'finished'), 'pod-we/x')
  t.is(label('pod', 'some'), 'pod-wr/x')
  t.is(label('service', 'some'), 'service/x')
})
