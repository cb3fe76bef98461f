/** Short runs of a wrapper for each end, log event and flag in docs/reference.md. */
import { eventually } from './eventually.ts'
import type { Stage, Wrapper } from './entrypoint.ts'

/** An event of the wrapper's log. */
export type Line = Readonly<Record<string, unknown>>

/** Starts the wrapper of a container `me` whose events are JSON. */
type Start = (words: readonly string[]) => Wrapper

export interface Scene {
  readonly play: (stage: Stage, start: Start) => Wrapper | Promise<Wrapper>
  readonly code: number | null
  readonly reason?: string
}

export const linesOf = (wrapper: Wrapper): readonly Line[] =>
  wrapper
    .stderr()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))

const says = (wrapper: Wrapper, event: string): Promise<unknown> =>
  eventually(`${event} is told`, () => linesOf(wrapper).some((line) => line['event'] === event))

const sh = (script: string): readonly string[] => ['--', 'sh', '-c', script]
/** Returns a command that ends with an exit code on SIGTERM. @param mark a file that it writes when it handles SIGTERM */
const serve = (code: number, mark = 'up'): readonly string[] =>
  sh(`trap "exit ${code}" TERM; touch ${mark}; while :; do sleep 0.02; done`)
const REFUSED = JSON.stringify({ exec: { command: ['sh', '-c', 'until [ -e up ]; do sleep 0.02; done; exit 1'] } })

/** The ends, by exit code and reason as in the table. */
export const ENDS: Readonly<Record<string, Scene>> = {
  "the command's Error": { play: (_, start) => start(sh('exit 7')), code: 7 },
  '128 + n Error': { play: (_, start) => start(sh('kill -9 $$')), code: 137 },
  '0 Completed': { play: (_, start) => start(['--', 'true']), code: 0 },
  '0 Cancelled': {
    async play(stage, start) {
      const wrapper = start(['--restart-policy', 'Always', ...serve(0)])
      await stage.appears('up')
      wrapper.signal('SIGTERM')
      return wrapper
    },
    code: 0,
  },
  '0 Skipped': {
    play(stage, start) {
      stage.write('p.err', '{"reason":"Completed","origin":"p"}\n')
      return start(['--wait-file', 'p', '--', 'true'])
    },
    code: 0,
  },
  '1 Skipped': {
    play(stage, start) {
      stage.write('p.err', '{"reason":"Error","origin":"p"}\n')
      return start(['--wait-file', 'p', '--', 'true'])
    },
    code: 1,
  },
  '1 PredecessorDied': {
    async play(stage, start) {
      const predecessor = stage.member('p', ['--ready-exec', '["false"]', ...serve(0)])
      await stage.appears('run/p/started')
      const wrapper = start(['--wait-file', 'run/p/ready', '--', 'true'])
      await says(wrapper, 'waiting')
      predecessor.signal('SIGKILL')
      return wrapper
    },
    code: 1,
  },
  '128 + n Cancelled': {
    async play(_, start) {
      const wrapper = start(['--wait-file', 'p', '--', 'true'])
      await says(wrapper, 'waiting')
      wrapper.signal('SIGTERM')
      return wrapper
    },
    code: 143,
  },
  '124 TimeoutExceeded': {
    play: (_, start) => start(['--wait-file', 'p', '--wait-timeout', '10ms', '--', 'true']),
    code: 124,
  },
  "the command's StartupProbeFailed": {
    play: (_, start) => start(['--startup-probe', writeProbe(1), ...serve(5)]),
    code: 5,
  },
  "the command's PostStartHookError": { play: (_, start) => start(['--post-start', REFUSED, ...serve(5)]), code: 5 },
  '126 StartError': {
    play(stage, start) {
      stage.write('plain')
      return start(['--', './plain'])
    },
    code: 126,
  },
  '127 StartError': { play: (_, start) => start(['--', 'no-such-program']), code: 127 },
  '2 Error': {
    play(stage, start) {
      stage.write('plain')
      return start(['--wait-file', 'plain/p', '--', 'true'])
    },
    code: 2,
  },
  '125 Error': {
    play(stage, start) {
      stage.write('plain')
      return start(['--stdout-path', 'plain/log', '--', 'true'])
    },
    code: 125,
  },
}

function writeProbe(failureThreshold: number): string {
  const { exec } = JSON.parse(REFUSED) as { readonly exec: object }
  return JSON.stringify({ exec, periodSeconds: 1, timeoutSeconds: 20, failureThreshold })
}

const ALWAYS = ['--restart-policy', 'Always']

/** Runs a wrapper until its dependency is lost and it waits for it to become ready again. */
async function loseDatabase(stage: Stage, start: (words: readonly string[]) => Wrapper): Promise<Wrapper> {
  const db = stage.member('db', [...ALWAYS, ...serve(0)])
  const ready = stage.path('run/db/ready')
  const wrapper = start([...ALWAYS, '--wait-file', ready, '--restart-on', ready, ...serve(0, 'me.up')])
  await stage.appears('me.up')
  db.signal('SIGTERM')
  await db.end
  await eventually('it has stopped', () => stage.record('run/me/restarting')?.exitCode !== undefined)
  return wrapper
}

/** Runs for the other log events, and for the other files in a run directory. */
export const OTHERS: Readonly<Record<string, Scene>> = {
  'a wrong flag': { play: (_, start) => start(['--bogus']), code: 2 },
  'a run directory that cannot be used': {
    play(stage) {
      stage.write('plain')
      const words = ['--run-dir', 'plain', '--name', 'me', '--log-format', 'json', '--', 'true']
      return stage.start(words)
    },
    code: 125,
  },
  'a probe that succeeds once': {
    play: (_, start) =>
      start([
        '--ready-probe',
        '{"exec":{"command":["test","-e","up"]},"periodSeconds":1,"failureThreshold":1}',
        ...sh(
          'touch up; until [ -e run/me/ready ]; do sleep 0.02; done; rm up; while [ -e run/me/ready ]; do sleep 0.02; done',
        ),
      ]),
    code: 0,
  },
  'a probe that never succeeds, and a wrapper that is killed': {
    play: (_, start) =>
      start([
        ...['--ready-exec', '["false"]'],
        ...sh('until [ -e run/me/unready ]; do sleep 0.02; done; kill -KILL $PPID; exit 0'),
      ]),
    code: null,
  },
  'a wrapper that is killed while it waits to start anew': {
    async play(stage, start) {
      const wrapper = await loseDatabase(stage, start)
      wrapper.signal('SIGKILL')
      return wrapper
    },
    code: null,
  },
  'a wrapper that is killed after it was started anew': {
    async play(stage, start) {
      const wrapper = await loseDatabase(stage, start)
      stage.member('db', [...ALWAYS, ...serve(0)])
      await eventually('it runs again', () => stage.record('run/me/started')?.restarts === 1)
      wrapper.signal('SIGKILL')
      process.kill(-(stage.record('run/me/started')?.pid ?? 0), 'SIGKILL')
      return wrapper
    },
    code: null,
  },
  'a second attempt': {
    play: (_, start) => start(['--retries', '1', '--retry-delay', '1ms', '--', 'false']),
    code: 1,
  },
  'a second attempt that lasts too long': {
    play: (_, start) => start(['--retries', '1', '--retry-delay', '1ms', '--timeout', '10ms', ...serve(0)]),
    code: 124,
  },
  'a hold': {
    async play(_, start) {
      const wrapper = start(['--hold', '--', 'true'])
      await says(wrapper, 'holding')
      wrapper.signal('SIGTERM')
      return wrapper
    },
    code: 0,
  },
  'a stop after another': {
    async play(stage, start) {
      const other = stage.member('other', serve(0))
      await stage.appears('run/other/started')
      const wrapper = start(['--stop-after', 'other', ...serve(3, 'me.up')])
      await stage.appears('me.up')
      wrapper.signal('SIGTERM')
      await says(wrapper, 'stopping')
      other.signal('SIGTERM')
      return wrapper
    },
    code: 3,
  },
  'a stop after one that takes too long': {
    async play(stage, start) {
      const other = stage.member('other', sh('trap "" TERM; touch other.up; while :; do sleep 0.05; done'))
      await stage.appears('other.up')
      const wrapper = start(['--stop-after', 'other', '--stop-wait', '50ms', ...serve(3, 'me.up')])
      await stage.appears('me.up')
      other.signal('SIGTERM')
      await stage.appears('run/other/stopping')
      wrapper.signal('SIGTERM')
      return wrapper
    },
    code: 3,
  },
  'a command that does not end by SIGTERM': {
    async play(stage, start) {
      const wrapper = start(['--grace-period', '1ms', ...sh('trap "" TERM; touch me.up; while :; do sleep 0.05; done')])
      await stage.appears('me.up')
      wrapper.signal('SIGTERM')
      return wrapper
    },
    code: 137,
  },
  'a command that does not end in its time, nor by its stop signal': {
    // Nobody ends by this signal who has not asked for it, however early it comes.
    play: (_, start) =>
      start(['--timeout', '1ms', '--grace-period', '1ms', '--stop-signal', 'WINCH', '--', 'sleep', '600']),
    code: 124,
  },
  'a signal that may mean a stop': {
    async play(stage, start) {
      const wrapper = start(sh('trap "exit 4" USR1; touch me.up; while :; do sleep 0.05; done'))
      await stage.appears('me.up')
      wrapper.signal('SIGUSR1')
      return wrapper
    },
    code: 4,
  },
  'a wait that was met, and one that was waived': {
    async play(stage, start) {
      stage.write('q.err')
      const wrapper = start(['--wait-file=p,q', '--wait-file-optional', 'q', '--', 'true'])
      await says(wrapper, 'waiting')
      stage.write('p')
      return wrapper
    },
    code: 0,
  },
  'a command without a wrapper': { play: (_, start) => start(['--exec', '--live-delay', '0s', '--', 'true']), code: 0 },
  'a life after success': {
    async play(_, start) {
      await start(['--', 'true']).end
      return start(['--', 'true'])
    },
    code: 0,
  },
  'a wait of its own': {
    play(stage) {
      stage.write('p')
      return stage.start(['wait', 'file:p', '--log-format', 'json'], { env: { DEBUG: '1' } })
    },
    code: 0,
  },
  'a wait of its own that is ended': {
    async play(stage) {
      const wrapper = stage.start(['wait', 'file:p', '--log-format', 'json'], { env: { DEBUG: '1' } })
      await says(wrapper, 'waiting')
      wrapper.signal('SIGTERM')
      return wrapper
    },
    code: 143,
  },
}
