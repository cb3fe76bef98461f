/** Reads the log of one incarnation of one container, line by line. */
import { createLineSplitter } from '../base/lines.ts'
import { failureOf, type KubeClient, readAll, explain } from './client.io.ts'
import { type KubeFailure, unreachable } from './failure.ts'

export interface LogWish {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Read the log of the previous incarnation. */
  readonly previous: boolean
  /** Continue until the container ends. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

/** A limit. The kubelet serves the newest file of a log, usually 10 MiB (its containerLogMaxSize). */
const MOST_BYTES = 32 * 1024 * 1024
/** The last lines are enough: they say how the container ended. */
const TAIL_LINES = 5000
const TIMEOUT_MS = 120_000
/** The limit of following, in case nobody ends it. */
const FOLLOW_MS = 24 * 3_600_000

/** @returns why the log could not be read completely */
export async function readPodLog(
  kube: Pick<KubeClient, 'open'>,
  wish: LogWish,
  take: (line: string) => void,
): Promise<KubeFailure | undefined> {
  const { bytes, failure } = await readPart(kube, wish, {}, take)
  if (failure !== undefined || wish.follow || bytes < MOST_BYTES) return failure
  return (await readPart(kube, wish, { tailLines: String(TAIL_LINES) }, take)).failure
}

async function readPart(
  kube: Pick<KubeClient, 'open'>,
  { namespace, pod, container, previous, follow, signal }: LogWish,
  more: Readonly<Record<string, string>>,
  take: (line: string) => void,
): Promise<{ readonly bytes: number; readonly failure?: KubeFailure }> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`
  const query = {
    container,
    ...(previous ? { previous: 'true' } : {}),
    ...(follow ? { follow: 'true' } : { limitBytes: String(MOST_BYTES) }),
    ...more,
  }
  const opened = await kube.open({ method: 'GET', path, query, signal }, follow ? FOLLOW_MS : TIMEOUT_MS)
  if (!opened.ok) return { bytes: 0, failure: opened.failure }
  const answer = opened.value
  if (answer.statusCode !== 200) {
    const failure = await readAll(answer).then((body) => failureOf(answer, body), explain)
    return { bytes: 0, failure }
  }
  let bytes = 0
  const splitter = createLineSplitter()
  const decoder = new TextDecoder()
  try {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length
      for (const line of splitter.push(decoder.decode(chunk as Buffer, { stream: true }))) take(line)
    }
  } catch {
    return { bytes, failure: unreachable('the log broke off') }
  }
  for (const line of splitter.end()) take(line)
  return { bytes }
}
