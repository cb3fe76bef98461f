/** A container that cannot be made yet, as its variables come from a file: tried until it can be, as the kubelet does. */
import type { StartedContainer } from './runtime.ts'

/** The kubelet takes up to 10 s and more; here nobody shall have to wait for it. */
const AGAIN_MS = 250

/** @param tryStart undefined: not yet. @param why it could not be started at first, in one clause */
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
