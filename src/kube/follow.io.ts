/** Follows a collection of the API: lists it, watches it, and continues after failures of the watch. */
import type { IncomingMessage } from 'node:http'
import { type CacheChange, createCache } from './cache.ts'
import type { Collection } from './collection.ts'
import { type KubeFailure, unreachable } from './failure.ts'
import {
  afterEnd,
  afterEvent,
  afterList,
  beginFollowing,
  type Ending,
  type Following,
  readEvent,
} from './list-watch.ts'
import { textOf } from '../pod/api-object.ts'
import { createLineSplitter } from '../base/lines.ts'
import { pause } from '../base/pause.ts'
import {
  type Call,
  CALL_TIMEOUT_MS,
  type CallOutcome,
  explain,
  failureOf,
  type KubeClient,
  readAll,
} from './client.io.ts'
import { createListPage } from './list-page.ts'

export interface FollowOptions<Item> {
  /** Picks what is kept of an object; the rest is dropped at once. */
  readonly keep: (object: unknown) => Item
  /** Gets the changes of one event or one list; no changes when a watch works again after a failure. */
  readonly onChanges: (items: ReadonlyMap<string, Item>, changes: readonly CacheChange<Item>[]) => void
  /** Reports a failure: until the next change the items may be out of date. @param final refused; following has ended. */
  readonly onTrouble: (failure: KubeFailure, final: boolean) => void
  /** Called before each watch. */
  readonly onWatch?: () => void
}

/** Objects of the first page, whose length is not known yet; and the bytes that later pages should have. */
const PAGE = 500
const PAGE_BYTES = 4 * 1024 * 1024
/** Limits against an endless list. They are above what the largest clusters have. */
const MOST_OBJECTS = 1_000_000
const MOST_PAGES = 20_000
/** The server ends each watch after 4 to 5 minutes, so that a dead connection that nobody notices does not last for ever. */
const WATCH_SECONDS = 240
const WATCH_SPREAD_SECONDS = 60
const LATE_MS = 15_000
/** A watch that lasted so long counts as successful, even without events. */
const FRUITFUL_MS = 1000
/** A limit for one event. An object has at most 1.5 MiB in etcd; as JSON it may be a few times longer. */
const LONGEST_LINE = 16 * 1024 * 1024

export function follow<Item>(
  client: KubeClient,
  collection: Collection,
  options: FollowOptions<Item>,
): { close(): void } {
  const over = new AbortController()
  const { signal } = over
  const cache = createCache(options.keep)
  let troubled = false
  const tell = (changes: readonly CacheChange<Item>[]): void => {
    troubled = false
    options.onChanges(cache.items, changes)
  }
  void run()
  return { close: () => over.abort() }

  async function run(): Promise<void> {
    let state = beginFollowing()
    while (!signal.aborted) {
      const ended = state.version === undefined ? await list(state) : await watch(state)
      if (signal.aborted) return
      if (ended.ending === undefined) {
        state = ended.state
        continue
      }
      const next = afterEnd(ended.state, ended.ending, Math.random())
      if (ended.ending.kind === 'failed' && ended.ending.failure.kind !== 'expired') {
        troubled = true
        options.onTrouble(ended.ending.failure, next === undefined)
      }
      if (next === undefined) return
      state = next.state
      if (next.afterMs > 0) await pause(next.afterMs, signal)
    }
  }

  async function list(state: Following): Promise<{ state: Following; ending?: Ending }> {
    let token = ''
    let limit = PAGE
    let [objects, bytes] = [0, 0]
    const take = (object: unknown, length: number): void => {
      objects++
      bytes += length
      if (objects > MOST_OBJECTS) throw new RangeError('more objects than any cluster has')
      cache.page([object])
    }
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = {
        ...select(collection),
        ...(state.paged ? { limit: String(limit) } : {}),
        ...(token && { continue: token }),
      }
      const answer = await readPage({ method: 'GET', path: collection.path, query, signal }, take)
      if (!answer.ok) {
        cache.discard()
        return { state, ending: { kind: 'failed', failure: answer.failure, fruitful: false } }
      }
      token = textOf(answer.value, 'metadata', 'continue')
      if (token === '') {
        tell(cache.replace())
        return { state: afterList(state, textOf(answer.value, 'metadata', 'resourceVersion')) }
      }
      limit = Math.max(1, Math.min(PAGE, Math.floor((PAGE_BYTES * objects) / Math.max(1, bytes))))
    }
    cache.discard()
    return { state, ending: { kind: 'failed', failure: unreachable('the list has no end'), fruitful: false } }
  }

  /** @returns the page without its objects, which `take` has got one by one */
  async function readPage(call: Call, take: (object: unknown, length: number) => void): Promise<CallOutcome<unknown>> {
    const opened = await client.open(call, CALL_TIMEOUT_MS)
    if (!opened.ok) return opened
    const answer = opened.value
    try {
      if (answer.statusCode !== 200) return { ok: false, failure: failureOf(answer, await readAll(answer)) }
      const page = createListPage(take)
      answer.setEncoding('utf8')
      for await (const piece of answer) page.push(piece as string)
      return { ok: true, value: page.end() }
    } catch (error) {
      answer.destroy()
      if (error instanceof RangeError) return { ok: false, failure: unreachable(`the list has ${error.message}`) }
      const isJson = !(error instanceof SyntaxError)
      return { ok: false, failure: isJson ? explain(error) : unreachable('the answer is not JSON') }
    }
  }

  async function watch(begun: Following): Promise<{ state: Following; ending: Ending }> {
    const seconds = WATCH_SECONDS + Math.floor(Math.random() * WATCH_SPREAD_SECONDS)
    const query = {
      ...select(collection),
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: begun.version ?? '',
      timeoutSeconds: String(seconds),
    }
    options.onWatch?.()
    const since = performance.now()
    const opened = await client.open({ method: 'GET', path: collection.path, query, signal }, seconds * 1000 + LATE_MS)
    if (!opened.ok) return { state: begun, ending: { kind: 'failed', failure: opened.failure, fruitful: false } }
    const answer = opened.value
    if (answer.statusCode !== 200) {
      const failure = await readAll(answer).then((body) => failureOf(answer, body), explain)
      return { state: begun, ending: { kind: 'failed', failure, fruitful: false } }
    }
    if (troubled) tell([])
    let state = begun
    let lines = 0
    let failure: KubeFailure | undefined
    try {
      for await (const line of readLines(answer)) {
        const event = readEvent(line)
        if (event.kind === 'error') {
          failure = event.failure
          break
        }
        lines++
        state = afterEvent(state, event.version)
        const change = event.kind === 'bookmark' ? undefined : cache.take(event)
        if (change !== undefined) tell([change])
      }
    } catch {
      // The connection was closed, or it was silent for too long. The error codes of the runtimes differ.
      failure = unreachable('the watch broke off')
    } finally {
      answer.destroy()
    }
    const fruitful = lines > 0 || performance.now() - since > FRUITFUL_MS
    return {
      state,
      ending: failure === undefined ? { kind: 'closed', fruitful } : { kind: 'failed', failure, fruitful },
    }
  }
}

function select({ labelSelector, fieldSelector }: Collection): Readonly<Record<string, string>> {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
}

/** Yields whole lines. An incomplete line at the end of the stream is dropped. */
async function* readLines(answer: IncomingMessage): AsyncGenerator<string> {
  const splitter = createLineSplitter(LONGEST_LINE)
  answer.setEncoding('utf8')
  for await (const chunk of answer) {
    for (const line of splitter.push(chunk as string)) if (line !== '') yield line
  }
}
