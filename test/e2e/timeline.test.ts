/** `podorder timeline`, from outside: what it reads, what it writes, and what it refuses. */
import test from 'ava'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { History } from '../../src/history/history.ts'
import { eventually } from '../support/eventually.ts'
import { openPlace, type Place, writePod } from '../support/podorder.ts'
import { readStream } from '../support/recordings.ts'
import { startOnTerminal } from '../support/terminal.ts'

const PODORDER = fileURLToPath(new URL('../../dist/podorder', import.meta.url))

const STEPS = writePod({
  annotations: { steps: 'one, two, three' },
  containers: { one: 'true', two: 'exit 3', three: 'true' },
})

async function recordSteps(place: Place): Promise<string> {
  place.write('pod.yaml', STEPS)
  const { stdout } = await place.run(['run', '--json', 'pod.yaml'])
  place.write('run.jsonl', stdout)
  return stdout
}

test('what a run has printed, from a file and from stdin', async (t) => {
  const place = openPlace(t)
  const stdin = await recordSteps(place)
  const { code, stdout, stderr } = await place.run(['timeline', 'run.jsonl'])
  t.is(code, 0)
  t.is(stderr, '')
  const lines = stdout.split('\n')
  t.regex(lines[1] ?? '', /^\* one +[·█ ]+ ended \d\.\d\d s$/)
  t.regex(lines[2] ?? '', /^\* two +[· █]*× +exit 3, after one\/completed$/)
  t.regex(lines[3] ?? '', /^ {2}three +·*- +skipped$/)
  t.regex(stdout, /\ncritical path: one -> two, \d\.\d s\n$/)
  for (const line of lines) t.true(line.length <= 100)
  for (const words of [['timeline', '-'], ['timeline']]) t.is((await place.run(words, { stdin })).stdout, stdout)
})

test('the run directory of a pod that runs, and a copy of it', async (t) => {
  const place = openPlace(t)
  const until = `cd '${place.dir}'; until [ -e go ]; do sleep 0.02; done`
  place.write('pod.yaml', writePod({ annotations: { steps: 'one, two' }, containers: { one: until, two: 'true' } }))
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('two waits', () =>
    run.lines().some(({ event, container }) => event === 'waiting' && container === 'two'),
  )
  await eventually('one runs', () =>
    run.lines().some(({ event, container }) => event === 'started' && container === 'one'),
  )
  const [workspace = ''] = readdirSync(place.temporary)
  const directory = join('tmp', workspace, 'run')
  const { stdout } = await eventually('both wrappers live', async () => {
    const shown = await place.run(['timeline', directory])
    return shown.stdout.includes('two') && shown.stdout.includes(' waiting\n') && shown
  })
  t.regex(stdout, /^\s*two +·+ waiting$/m)
  t.regex(stdout, /^\s*one +[·░]*█+ ready \d\.\d\d s$/m)
  execFileSync('sh', ['-c', `mkdir copy && tar -c -C '${directory}' . 2>tar.txt | tar -x -C copy`], { cwd: place.dir })
  const copy = (await place.run(['timeline', 'copy'])).stdout
  t.regex(copy, /^\s*two +waiting, or not begun$/m)
  t.regex(copy, /^The record ends here/m)
  place.write('go', '')
  t.is((await run.end).code, 0)
  t.regex((await place.run(['timeline', directory])).stderr, /no such file or directory/)
})

test('a wrapper that was killed without a word is told so, where its run directory is', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({ annotations: { steps: 'one, two' }, containers: { one: 'sleep 100', two: 'true' } }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('both wrappers live', () =>
    ['started one', 'waiting two'].every((what) =>
      run.lines().some(({ event, container }) => `${event} ${container}` === what),
    ),
  )
  const [workspace = ''] = readdirSync(place.temporary)
  const directory = join('tmp', workspace, 'run')
  t.regex((await place.run(['timeline', directory])).stdout, /^\s*one .* (?:running|ready) \d\.\d\d s$/m)
  // What is left of a pod whose wrappers are gone all at once: their sockets, and nobody behind them.
  execFileSync('cp', ['-a', directory, 'left'], { cwd: place.dir })
  run.signal('SIGTERM')
  await run.end
  const { stdout } = await place.run(['timeline', 'left'])
  t.regex(stdout, /^\s*one .*× +Killed$/m)
  t.regex(stdout, /^\s*two .*× +Killed$/m)
})

test('a pod that was deleted has ended, whatever its last status says', async (t) => {
  const place = openPlace(t)
  const stdin = readStream('pod-force-deleted-grace-0').join('\n')
  t.regex((await place.run(['timeline'], { stdin })).stdout, /^stubborn +█+ stopped$/m)
})

test('a file ends with what it tells, or when --now says', async (t) => {
  const place = openPlace(t)
  place.write('pod.jsonl', readStream('pod-force-deleted-grace-0').slice(0, 5).join('\n'))
  const spanOf = async (...words: readonly string[]) => {
    const { stdout } = await place.run(['timeline', 'pod.jsonl', '--format', 'json', ...words])
    const { startMs, endMs, partial = false } = JSON.parse(stdout) as History
    return [endMs - startMs, partial]
  }
  t.deepEqual(await spanOf(), [1000, true])
  t.deepEqual(await spanOf('--now', '2026-11-21T04:50:20Z'), [60_000, false])
  t.regex((await place.run(['timeline', 'pod.jsonl'])).stdout, /^The record ends here/m)
  t.regex((await place.run(['timeline', 'pod.jsonl', '-o', 'out.html'])).stderr, /^$/)
  t.regex(place.read('out.html'), /The record ends here; how the pod went on is not in it\./)
  const { code, stderr } = await place.run(['timeline', 'pod.jsonl', '--now', 'noon'])
  t.is(code, 2)
  t.is(stderr, "podorder: --now cannot be 'noon'; give a time such as 2026-03-01T12:00:00Z\n")
})

test('a record of a run that was cut off says so, a whole one does not', async (t) => {
  const place = openPlace(t)
  const whole = await recordSteps(place)
  const lines = whole.trimEnd().split('\n')
  const shown = (await place.run(['timeline'], { stdin: lines.slice(0, -1).join('\n') })).stdout
  t.regex(shown, /\nThe record ends here; how the pod went on is not in it\.\n$/)
  t.notRegex((await place.run(['timeline'], { stdin: whole })).stdout, /The record ends here/)
})

test('what kubectl prints of a pod, once or as it changes', async (t) => {
  const place = openPlace(t)
  const lines = readStream('pod-readinessProbe-false-true-false-true')
  const objects = lines.map((line) => (JSON.parse(line) as { object: object }).object)
  const watched = objects.map((object) => `${JSON.stringify(object, undefined, 4)}\n`).join('')
  const shown = (await place.run(['timeline'], { stdin: watched })).stdout
  t.regex(shown, /^web +░+█+ stopped 19\.0 s$/m)
  t.is((await place.run(['timeline'], { stdin: lines.join('\n') })).stdout, shown)
  const list = { apiVersion: 'v1', kind: 'List', items: [objects.at(-1)] }
  t.regex((await place.run(['timeline'], { stdin: JSON.stringify(list) })).stdout, /^web +█+ stopped 19\.0 s$/m)
})

test('json is read again, so that any format can be made of it later', async (t) => {
  const place = openPlace(t)
  await recordSteps(place)
  const shown = (await place.run(['timeline', 'run.jsonl'])).stdout
  t.is((await place.run(['timeline', 'run.jsonl', '-o', 'out.json'])).code, 0)
  t.is((await place.run(['timeline', 'out.json'])).stdout, shown)
  t.is((await place.run(['timeline', 'out.json', '--format', 'json'])).stdout, place.read('out.json'))
})

test('a file gets the format that its name asks for, or the one that is said', async (t) => {
  const place = openPlace(t)
  await recordSteps(place)
  const write = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await place.run(['timeline', 'run.jsonl', ...words])
    return [code, stdout, stderr]
  }
  t.deepEqual(await write('-o', 'out.svg'), [0, '', ''])
  t.regex(place.read('out.svg'), /^<svg [^>]*xmlns/)
  t.deepEqual(await write('-o', 'out.html'), [0, '', ''])
  t.regex(place.read('out.html'), /^<!doctype html>/i)
  t.deepEqual(await write('-o', 'picture', '--format', 'svg'), [0, '', ''])
  t.is(place.read('picture'), place.read('out.svg'))
  t.deepEqual(await write('-o', 'out.txt'), [0, '', ''])
  t.regex(place.read('out.txt'), /critical path: one -> two/)
  const [code, , stderr] = await write('-o', 'out.pdf')
  t.is(code, 2)
  t.is(stderr, 'podorder: out.pdf: unknown file ending; use .html, .svg, .json or .txt, or give --format\n')
  t.false(place.has('out.pdf'))
  const [failed, , why] = await write('-o', 'run.jsonl/out.svg')
  t.is(failed, 1)
  t.regex(String(why), /^podorder: run\.jsonl\/out\.svg: .*; nothing was written\n$/)
})

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'a', image: 'i' }] },
}
const EVENT = { at: '2026-01-01T00:00:00.000Z', event: 'ready', container: 'a', measured: true }

/** What comes on stdin, and how the sentence begins. */
const BAD: readonly (readonly [what: string, stdin: string, clause: RegExp])[] = [
  ['nothing', '', /it is empty/],
  ['blanks', ' \n\n', /it is empty/],
  ['text', 'Error from server (NotFound): pods "x" not found\n', /this is not a JSON object/],
  ['YAML', 'apiVersion: v1\nkind: Pod\n', /this is not a JSON object/],
  ['a list', '[]', /this is not a JSON object/],
  ['null', 'null', /this is not a JSON object/],
  ['half an object', '{"kind":"Pod",', /its JSON breaks off/],
  ['text behind an object', `${JSON.stringify(EVENT)}\nfatal: lost`, /what follows object 1 is not a JSON object/],
  ['broken JSON', '{"kind" "Pod"}', /object 1 is not JSON/],
  ['another kind', '{"kind":"Job"}', /it is not a Pod but a Job/],
  ['no kind', '{"name":"x"}', /it is not a pod/],
  ['a kind that a terminal would obey', '{"kind":"\\u001b[2J"}', /it is not a Pod but a \\u001b\[2J/],
  ['a manifest', JSON.stringify(POD), /it is a manifest: its pod has no status/],
  [
    'a pod that is none',
    JSON.stringify({ ...POD, spec: 5, status: {} }),
    /the API server would not accept it as a Pod/,
  ],
  [
    'two pods',
    [POD, { ...POD, metadata: { name: 'b' } }].map((pod) => JSON.stringify({ ...pod, status: {} })).join('\n'),
    /it holds several pods, \/a and \/b/,
  ],
  ['an empty list', '{"kind":"List","items":[]}', /there is no pod in it/],
  ['a list of no pods', '{"kind":"List","items":[5]}', /its list holds no pods/],
  [
    'a line that is no event',
    JSON.stringify({ ...EVENT, event: 'constructor' }),
    /line 1: no event is called "constructor"/,
  ],
  [
    'an event that lacks something',
    JSON.stringify({ ...EVENT, container: undefined }),
    /line 1: ready has no right "container"/,
  ],
  [
    'a pod behind events',
    `${JSON.stringify(EVENT)}\n${JSON.stringify(POD)}`,
    /object 2 is something else than those before it/,
  ],
  ['a timeline that is none', '{"pod":"x","containers":[{}]}', /it is not what podorder timeline --format json writes/],
  ['an object without an end', `{"a":"${'x'.repeat(9 * 1024 * 1024)}`, /an object of more than 8 MiB/],
]

for (const [what, stdin, clause] of BAD) {
  test(`refused in one sentence: ${what}`, async (t) => {
    const place = openPlace(t)
    const { code, stdout, stderr } = await place.run(['timeline', '-o', 'out.html'], { stdin })
    t.is(code, 2)
    t.is(stdout, '')
    t.regex(stderr, /^podorder: stdin: [^\n]*; give the lines of podorder run --json, .*\n$/)
    t.regex(stderr, clause)
    t.false(place.has('out.html'))
  })
}

test('a path that leads to nothing, to a directory of something else, or to bytes', async (t) => {
  const place = openPlace(t)
  const complain = async (path: string) => {
    const { code, stderr } = await place.run(['timeline', path])
    t.is(code, 2)
    return stderr.split(';')[0]
  }
  t.is(await complain('none.json'), 'podorder: none.json: no such file or directory (ENOENT)')
  t.is(await complain('.'), 'podorder: .: no flags of containers are in this directory')
  execFileSync('sh', ['-c', 'head -c 100 /dev/zero | tr "\\0" "\\377" > bytes'], { cwd: place.dir })
  t.is(await complain('bytes'), 'podorder: bytes: it is not UTF-8')
  const { code, stderr } = await place.run(['timeline', '--width', '7'])
  t.is(code, 2)
  t.regex(stderr, /^podorder: --width cannot be '7'; give a number from 20 to 1000\n$/)
})

test('names that objects of JavaScript have are names like others', async (t) => {
  const place = openPlace(t)
  const events = ['__proto__', 'constructor'].map((container) =>
    JSON.stringify({ ...EVENT, event: 'waiting', container, waitingFor: ['constructor/ready'] }),
  )
  const { code, stdout } = await place.run(['timeline'], { stdin: events.join('\n') })
  t.is(code, 0)
  t.true(['__proto__', 'constructor'].every((name) => stdout.includes(name)))
})

test('a reader that has seen enough is no error; a disk that is full is one', async (t) => {
  const place = openPlace(t)
  await recordSteps(place)
  const shell = `'${PODORDER}' timeline run.jsonl --format html; echo "code $?" >&2`
  const run = (words: string) => execFileSync('bash', ['-c', words], { cwd: place.dir, encoding: 'utf8' })
  t.is(run(`{ { ${shell}; } 2>&1 >&3 | cat; } 3> >(true)`), 'code 0\n')
  t.is(run(`{ ${shell}; } 2>&1 >/dev/full | cat`), 'podorder: stdout: no space left on the volume (ENOSPC)\ncode 1\n')
})

test('without anything to read it says so, and does not wait', async (t) => {
  const place = openPlace(t)
  const run = startOnTerminal(t, `'${PODORDER}' timeline`, { cwd: place.dir, rows: 24, columns: 80 })
  t.is(await run.end, 2)
  t.regex(run.lines().join(''), /^podorder: no input; name a pod, give a file or a run directory, or pipe it in/)
})

/** `app` waits for `db`, which ends when there is a file `go`. */
function writeShop(place: Place): void {
  const db = `cd '${place.dir}'; touch begun; until [ -e go ]; do sleep 0.02; done`
  place.write(
    'pod.yaml',
    writePod({ annotations: { 'depends-on': '{app: {db: completed}}' }, containers: { db, app: 'true' } }),
  )
}

const PIPED = `sh -c "'${PODORDER}' run --json pod.yaml | '${PODORDER}' timeline"`

test('on a terminal the picture is there while more comes', async (t) => {
  const place = openPlace(t)
  writeShop(place)
  const run = startOnTerminal(t, PIPED, { cwd: place.dir, rows: 24, columns: 80 })
  await eventually('the picture', () => run.lines().some((line) => /^ *app .*waiting/.test(line)))
  place.write('go', '')
  t.is(await run.end, 0)
  t.true(
    run.lines().some((line) => /^\* app +·+.* ended /.test(line)),
    run.lines().join('\n'),
  )
})

test('Ctrl-C ends what is piped in, and what has come is drawn', async (t) => {
  const place = openPlace(t)
  writeShop(place)
  const run = startOnTerminal(t, PIPED, { cwd: place.dir, rows: 24, columns: 80 })
  await eventually('the picture', () => run.lines().some((line) => /^ *app .*waiting/.test(line)))
  await eventually('db runs', () => place.has('begun'))
  run.type('\x03')
  await run.end
  t.true(
    run.lines().some((line) => /^ *db +·*█+/.test(line.replace('*', ' '))),
    run.lines().join('\n'),
  )
  await place.assertClean()
})
