/** The schema of a line of `podorder run --json`, which src/history/run-event.ts writes. */
import type { Schema } from './schemas.ts'

const TEXT = { type: 'string' }
const MOMENT = { type: 'string', format: 'date-time' }
const NUMBER = { type: 'number', minimum: 0 }
const COUNT = { type: 'integer', minimum: 0 }
const LIST = { type: 'array', items: TEXT }
const EXIT_CODE = { type: 'integer', minimum: 0, maximum: 255 }

interface Event {
  readonly what: string
  readonly fields: Readonly<Record<string, Schema>>
  /** The fields that all events have. */
  readonly always: readonly string[]
}

const EVENTS: Readonly<Record<string, Event>> = {
  waiting: { what: 'it waits at its gate', fields: { waitingFor: LIST }, always: ['waitingFor'] },
  started: {
    what: 'its command runs',
    fields: { since: MOMENT, pid: { type: 'integer', minimum: 1 }, waitedFor: TEXT },
    always: ['since'],
  },
  ready: { what: 'it is ready', fields: { measured: { type: 'boolean' } }, always: ['measured'] },
  unready: { what: 'its readinessProbe fails', fields: { message: TEXT }, always: [] },
  'not-ready': { what: 'the reason why it is still not ready', fields: { message: TEXT }, always: ['message'] },
  unhealthy: {
    what: 'its liveness probe has failed `failures` times in a row',
    fields: { failures: COUNT, threshold: COUNT, message: TEXT },
    always: ['failures', 'threshold', 'message'],
  },
  stopping: {
    what: 'it is told to stop',
    fields: { cause: { enum: ['startup', 'liveness', 'postStart', 'predecessor'] }, message: TEXT },
    always: [],
  },
  'hook-failed': { what: 'its preStop hook has failed', fields: { message: TEXT }, always: ['message'] },
  ended: {
    what: 'it has ended; with the reason PredecessorLost it starts again',
    fields: { exitCode: EXIT_CODE, reason: TEXT, message: TEXT, killedAfterMs: NUMBER },
    always: ['exitCode', 'reason'],
  },
  skipped: {
    what: 'it was never started',
    fields: { exitCode: EXIT_CODE, reason: TEXT, message: TEXT },
    always: ['exitCode', 'reason', 'message'],
  },
  restarting: {
    what: 'it restarts after a back-off of `afterMs`; `restarts` counts this restart',
    fields: { restarts: COUNT, afterMs: NUMBER },
    always: ['restarts', 'afterMs'],
  },
  output: {
    what: 'a line of its output',
    fields: { stream: { enum: ['stdout', 'stderr'] }, line: TEXT },
    always: ['stream', 'line'],
  },
}

const POD: Event = {
  what: 'the pod as a whole',
  fields: {
    ...{ phase: { enum: ['Pending', 'Running', 'Stopping', 'Succeeded', 'Failed'] }, name: TEXT, containers: LIST },
    ...{ reason: TEXT, message: TEXT, exitCode: EXIT_CODE },
  },
  always: ['phase'],
}

export function makeRunEventSchema(): Schema {
  const make = (event: string, { what, fields, always }: Event, common: Readonly<Record<string, Schema>>): Schema => ({
    description: what,
    type: 'object',
    additionalProperties: false,
    required: ['at', 'event', ...Object.keys(common), ...always],
    properties: { at: MOMENT, event: { const: event }, ...common, ...fields },
  })
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A line of podorder run --json',
    anyOf: [
      make('pod', POD, {}),
      ...Object.entries(EVENTS).map(([name, event]) => make(name, event, { container: TEXT })),
    ],
  }
}
