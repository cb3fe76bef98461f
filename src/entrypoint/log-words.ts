/** Words of the wrapper's log that are read again, from the log of its container: `status/wrapper-log.ts`. */

/** The beginnings of its messages; what follows is names, reasons and times. */
export const LOG_WORDS = {
  waiting: 'waiting for ',
  started: 'started, pid ',
  ready: 'ready',
  unready: 'no longer ready: ',
  notReady: 'not ready: ',
  killed: 'killed ',
  /** What it depends on was lost: its command is told to stop. */
  lost: 'stopping it, to start anew: ',
  /** Its command has stopped for that. */
  anew: 'it starts anew',
} as const
