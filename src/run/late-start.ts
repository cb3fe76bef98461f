/** Retries the start of a container whose variables come from a file that does not exist yet, as the kubelet does. */
import type { StartedContainer } from './runtime.ts'

/** The interval of retries in ms; the kubelet retries after 10 s or more. */
const AGAIN_MS = 250

/**
 * @param tryStart starts the container; returns undefined when it cannot start yet
 * @param why the first problem, in one clause
 */
export function startLate(tryStart: () => StartedContainer | undefined, why: string): StartedContainer {
  const { promise, resolve, reject } = Promise.withResolvers<StartedContainer | undefined>()
  let own: StartedContainer | undefined
  const timer = setInterval(() => {
    try {
      own = tryStart()
    } catch (error) {
      clearInterval(timer)
      reject(error)
      return
    }
    if (own === undefined) return
    clearInterval(timer)
    resolve(own)
  }, AGAIN_MS)
  const stop = (): void => {
    clearInterval(timer)
    resolve(undefined)
  }
  return {
    failed: false,
    get pid() {
      return own?.pid
    },
    running: async () => (await promise)?.running() ?? false,
    exited: promise.then((started) => started?.exited ?? { kind: 'unstartable', why }),
    end: promise.then((started) => started?.end),
    terminate: () => (own === undefined ? stop() : own.terminate()),
    kill: (commandPid) => (own === undefined ? stop() : own.kill(commandPid)),
  }
}
