import test from 'ava'
import * as fc from 'fast-check'
import type { VolumeMount } from '../../src/pod/pod.ts'
import { createRelocation } from '../../src/run/mounts.ts'

const DIRECTORIES = new Map([
  ['bin', '/tmp/pod/bin'],
  ['run', '/tmp/pod/run'],
  ['data', '/tmp/pod/data'],
  ['tmp', '/tmp/pod/tmp'],
])

const MOUNTS: readonly VolumeMount[] = [
  { name: 'bin', mountPath: '/podorder/bin' },
  { name: 'run', mountPath: '/podorder/run' },
  { name: 'run', mountPath: '/podorder/run/db', subPath: 'own' },
  { name: 'data', mountPath: '/var/lib/data.d/' },
  { name: 'tmp', mountPath: '/tmp' },
]

const relocate = createRelocation(MOUNTS, DIRECTORIES)

const CASES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'a path below a mount is changed': [
    ['/podorder/bin/entrypoint', '/tmp/pod/bin/entrypoint'],
    ['/var/lib/data.d', '/tmp/pod/data'],
    ['/var/lib/data.d/', '/tmp/pod/data/'],
    ['/var/lib/data.d//x', '/tmp/pod/data//x'],
  ],
  'of nested mounts the innermost counts': [
    ['/podorder/run/db/ready', '/tmp/pod/run/own/ready'],
    ['/podorder/run/db2/ready', '/tmp/pod/run/db2/ready'],
    ['/podorder/run/db-2', '/tmp/pod/run/db-2'],
    ['/podorder/runs', '/podorder/runs'],
  ],
  'a path is found within a word': [
    ['--dir=/var/lib/data.d', '--dir=/tmp/pod/data'],
    ['/podorder/run/db/ready=2m', '/tmp/pod/run/own/ready=2m'],
    ['/podorder/bin:/usr/bin:/tmp/x', '/tmp/pod/bin:/usr/bin:/tmp/pod/tmp/x'],
    [
      'cd /tmp && ls "/tmp" >/tmp/list; (cat /tmp/list)',
      'cd /tmp/pod/tmp && ls "/tmp/pod/tmp" >/tmp/pod/tmp/list; (cat /tmp/pod/tmp/list)',
    ],
    ['{"command":["ls","/tmp"]}', '{"command":["ls","/tmp/pod/tmp"]}'],
    ['@/tmp/body', '@/tmp/pod/tmp/body'],
    ['line\n/tmp\nline', 'line\n/tmp/pod/tmp\nline'],
    ['unix:/tmp/socket unix:///tmp/socket', 'unix:/tmp/pod/tmp/socket unix:///tmp/pod/tmp/socket'],
    ['/tmp/*.log', '/tmp/pod/tmp/*.log'],
  ],
  'another path that only looks like it is not': [
    ['/var/tmp', '/var/tmp'],
    ['./tmp ../tmp ~/tmp', './tmp ../tmp ~/tmp'],
    ['/tmp2 /tmp.d /tmp-x /tmp_x /tmp~ /tmpé', '/tmp2 /tmp.d /tmp-x /tmp_x /tmp~ /tmpé'],
    ['/tmp* /tmp$n /tmp{a,b}', '/tmp* /tmp$n /tmp{a,b}'],
    ['$base/tmp ${base}/tmp $(pwd)/tmp', '$base/tmp ${base}/tmp $(pwd)/tmp'],
    ['http://example/tmp', 'http://example/tmp'],
    ['/var/lib/dataXd', '/var/lib/dataXd'],
    ['tmp', 'tmp'],
    ['', ''],
  ],
}

for (const [promise, rows] of Object.entries(CASES)) {
  test(promise, (t) => {
    for (const [text, expected] of rows) t.is(relocate(text), expected, text)
  })
}

test('a container without mounts keeps its words', (t) => {
  t.is(createRelocation([], DIRECTORIES)('/podorder/bin'), '/podorder/bin')
})

test('a mountPath without its first slash is one from the root', (t) => {
  t.is(createRelocation([{ name: 'data', mountPath: 'data' }], DIRECTORIES)('/data/x'), '/tmp/pod/data/x')
})

test('a mount of a volume without a directory is a bug of the caller', (t) => {
  t.throws(() => createRelocation([{ name: 'other', mountPath: '/x' }], DIRECTORIES), {
    message: /volume other has no directory/,
  })
})

test('no character of a mountPath or a directory has a meaning of its own', (t) => {
  const relocate = createRelocation([{ name: 'v', mountPath: '/a.(b)|[c]$&' }], new Map([['v', '/$&/$1']]))
  t.is(relocate('/a.(b)|[c]$&/x /aX(b)|[c]$&/x'), '/$&/$1/x /aX(b)|[c]$&/x')
})

/** None of these separates words, so that there is one path in a word. */
const name = fc.string({ unit: fc.constantFrom(...Array.from('ab.$+*?^\\-')), minLength: 1, maxLength: 4 })
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join('/')}`)
const mounts = fc
  .uniqueArray(fc.tuple(path, path), { minLength: 1, maxLength: 5, selector: ([mountPath]) => mountPath })
  .map((pairs) => ({
    places: pairs,
    relocate: createRelocation(
      pairs.map(([mountPath], index) => ({ name: `v${index}`, mountPath })),
      new Map(pairs.map(([, directory], index) => [`v${index}`, directory])),
    ),
  }))

test('property: a path below a mount goes to the innermost mount’s directory, and nowhere from there', (t) => {
  fc.assert(
    fc.property(mounts, fc.nat(), fc.array(name, { maxLength: 3 }), ({ places, relocate }, pick, names) => {
      const asked = [places[pick % places.length]?.[0] ?? '', ...names].join('/')
      const [mountPath, directory] = places
        .filter(([mountPath]) => `${asked}/`.startsWith(`${mountPath}/`))
        .reduce((inner, place) => (place[0].length > inner[0].length ? place : inner), ['', ''])
      return relocate(asked) === directory + asked.slice(mountPath.length)
    }),
  )
  t.pass()
})

test('property: words that stand apart are changed as if each stood alone', (t) => {
  const separator = fc.constantFrom(' ', ':', '=', ',', '"', "' '", '\n', ';')
  fc.assert(
    fc.property(mounts, fc.array(path, { minLength: 1 }), separator, ({ relocate }, words, between) => {
      return relocate(words.join(between)) === words.map((word) => relocate(word)).join(between)
    }),
  )
  t.pass()
})

test('property: a text without any mountPath stays as it is', (t) => {
  fc.assert(
    fc.property(mounts, fc.string(), ({ places, relocate }, text) => {
      fc.pre(places.every(([mountPath]) => !text.includes(mountPath)))
      return relocate(text) === text
    }),
  )
  t.pass()
})
