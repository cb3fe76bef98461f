/** Calls back when a file may have changed: by inotify; on Node by chokidar; by polling when no inotify instance is left. */
import type { ChokidarOptions, FSWatcher } from 'chokidar'
import { codeOf } from '../base/system-error.ts'
import { watchByKernel } from './inotify.io.ts'
import { MAKING, parentOf, SOCKET } from './layout.ts'

export interface Watch {
  close(): Promise<void>
}

/** Gets the directory of a change, if known. */
type Wake = (directory?: string) => void
type Warn = (message: string) => void

/**
 * A lost event (a dangling symlink whose target appears elsewhere, a network file system) delays a wait by at most this time.
 * After a minute of waiting the looks are less frequent, since one look per second costs 0.25 ms of CPU and hundreds may wait.
 */
const RELOOK_MS = 1000
const LATE_RELOOK_MS = 30_000
const LATE_AFTER_MS = 60_000
const POLL_MS = 100

/** Names next to an awaited file that show its writer's state. The kubelet exchanges `..data` to change all files of a volume. */
export const TELLING: ReadonlySet<string> = new Set([
  SOCKET,
  '..data',
  'started',
  'ready',
  'completed',
  'failed',
  'ended',
  'stopped',
])

/**
 * Calls `wake` whenever one of the paths may have changed: created, removed, replaced, or anything next to it in its directory.
 * The paths and their directories need not exist. It only means "look again", never what happened. `wake` gets the directory if
 * known. `raw` events come about 1 ms after the kernel's; chokidar's own `add` of an empty file comes 10 ms later.
 * @param warn gets one sentence when it falls back to polling
 * @returns when every path is watched; look after that, since earlier changes may be missed
 */
export async function watchPaths(paths: readonly string[], wake: Wake, warn: Warn): Promise<Watch> {
  const directories = new Set(paths.map(parentOf))
  // In a directory that appears later, only what leads to the paths is watched.
  const leading = new Set(paths.flatMap(listAncestors))
  const options = { ignored: (path: string) => !leading.has(path) }
  try {
    const watch = await watchByKernel(paths, TELLING, wake)
    if (watch === undefined) return await follow(paths, directories, options, wake, warn, false)
    const stop = relook(() => {
      watch.renew()
      wake()
    })
    return {
      async close() {
        stop()
        watch.close()
      },
    }
  } catch (error) {
    warn(describePolling(error))
    return follow(paths, directories, options, wake, warn, true)
  }
}

/** `/a/b` -> `/a/b`, `/a`. */
function listAncestors(path: string): readonly string[] {
  const ancestors: string[] = []
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) ancestors.push(path.slice(0, end))
  return ancestors
}

/** Watches existing directories that stay, and not each file in them, which halves the cost: `podorder run` follows hundreds of containers. */
export function watchDirectories(directories: readonly string[], wake: Wake, warn: Warn): Promise<Watch> {
  const known = new Set(directories)
  return follow(directories, known, { depth: 0, ignored: (path) => !known.has(path) }, wake, warn, false)
}

async function follow(
  paths: readonly string[],
  directories: ReadonlySet<string>,
  options: ChokidarOptions,
  wake: Wake,
  warn: Warn,
  polls: boolean,
): Promise<Watch> {
  const { watch } = await import('chokidar')
  let closed = false
  let current: FSWatcher

  const begin = (usePolling: boolean): Promise<void> =>
    new Promise((resolve) => {
      const watcher = withoutVariables(() =>
        watch([...paths], {
          usePolling,
          interval: POLL_MS,
          binaryInterval: POLL_MS,
          atomic: false,
          ignoreInitial: true,
          ignorePermissionErrors: true,
          ...options,
        }),
      )
      current = watcher
      watcher.on('all', () => wake())
      watcher.on('raw', (_event, name, details) => {
        if (name?.endsWith(MAKING) === true) return
        const { watchedPath } = details as { readonly watchedPath?: string }
        wake(watchedPath !== undefined && directories.has(watchedPath) ? watchedPath : undefined)
      })
      watcher.once('ready', resolve)
      watcher.on('error', (error) => {
        if (closed || watcher !== current) return
        if (usePolling) return
        warn(describePolling(error))
        void watcher.close()
        resolve(begin(true))
        wake()
      })
    })

  await begin(polls)
  const stop = relook(wake)
  return {
    async close() {
      closed = true
      stop()
      await current.close()
    },
  }
}

/** @returns a function that ends it */
function relook(look: () => void): () => void {
  let timer = setInterval(() => look(), RELOOK_MS)
  const later = setTimeout(() => {
    clearInterval(timer)
    timer = setInterval(() => look(), LATE_RELOOK_MS)
  }, LATE_AFTER_MS)
  return () => {
    clearInterval(timer)
    clearTimeout(later)
  }
}

function describePolling(error: unknown): string {
  return `cannot watch for changes (${describe(error)}); looking every ${POLL_MS} ms instead`
}

/** Hides variables of the application that chokidar would read as its own settings; the command still gets them. */
function withoutVariables<Result>(act: () => Result): Result {
  const names = ['CHOKIDAR_USEPOLLING', 'CHOKIDAR_INTERVAL']
  const values = names.map((name) => [name, process.env[name]] as const)
  for (const name of names) delete process.env[name]
  try {
    return act()
  } finally {
    for (const [name, value] of values) if (value !== undefined) process.env[name] = value
  }
}

function describe(error: unknown): string {
  const code = codeOf(error)
  if (code === 'EMFILE') return 'EMFILE: fs.inotify.max_user_instances of this node and uid is used up'
  if (code === 'ENOSPC') return 'ENOSPC: fs.inotify.max_user_watches of this node and uid is used up'
  return error instanceof Error ? error.message : String(error)
}
