/** Answers admission reviews, one after another. */
import { commandAnnotation } from '../pod/annotation-names.ts'
import type { Container } from '../pod/pod.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import { type Admission, admitPod, deny, judgePod, UNTOUCHED } from './admission.ts'
import type { FairQueue } from './fair-queue.ts'
import type { WebhookMetrics, Result } from './webhook-metrics.ts'
import {
  denyVersion,
  isSpoken,
  readReview,
  refuseReview,
  type Review,
  type ReviewResult,
  writeAnswer,
} from './review.ts'
import type { CommandFound } from '../image/lookup.ts'
import { OVERLOADED } from './exchange.io.ts'
import type { Answer, Ask, FindCommands, WebhookOptions, WebhookPorts } from './ports.ts'
import { scanReview } from './review-scan.ts'
import { createShares } from './shares.ts'

export const PATH = '/mutate'

/** The limit of a logged denial; the API server's answer has all of it. */
const LOGGED = 1000

/** A longer body is parsed again after the image lookup, instead of keeping the parsed pod in memory meanwhile. */
const KEPT_BYTES = 65_536

/** The limit of image lookups for one pod; each may take a request to a registry. */
const MOST_LOOKUPS = 100

type AnsweringPorts = Pick<WebhookPorts, 'parse' | 'log' | 'clock'> & {
  readonly findCommands: FindCommands
  readonly queue: FairQueue
}

/** The result of judging a pod: an answer, or the containers whose commands must be found first. */
type Judgement = { readonly review: Review } & (
  { readonly result: ReviewResult } | { readonly admission: Admission; readonly wanted: readonly Wanted[] }
)

/** A container whose command only its image has, without its pod. */
interface Wanted extends Pick<Container, 'name' | 'image' | 'args'> {
  /** Its path in the pod. */
  readonly path: string
  readonly said: string | undefined
}

interface Answered {
  readonly answer: Answer
  readonly result: Result
}

/** Never rejects: an internal error becomes an answer with status 500. */
export function createAnswering(
  options: Pick<WebhookOptions, 'rewrite' | 'onLookupFailure'>,
  metrics: WebhookMetrics,
  ports: AnsweringPorts,
): (ask: Ask) => Promise<Answer> {
  const shares = createShares()
  return async (ask) => {
    const began = ports.clock()
    const { answer, result } = await answerAsk(ask).catch((error: unknown): Answered => {
      // Only the name is logged: the message may contain data of the pod.
      const name = error instanceof Error ? error.name : typeof error
      ports.log({ event: 'error', message: `a review could not be answered: ${name}`, stack: placeOf(error) })
      return { answer: plain(500, 'a fault of podorder itself; its log has the place'), result: 'failed' }
    })
    metrics.countReview(result, ports.clock() - began)
    return answer
  }

  async function answerAsk(ask: Ask): Promise<Answered> {
    if (ask.path !== PATH) return malformed(404, `reviews go to ${PATH}`)
    if (ask.method !== 'POST') return malformed(405, 'reviews come by POST')
    const { body } = ask
    const { uid, namespace, refusal } = scanReview(body)
    if (refusal !== undefined) return refuseUnparsed(uid, namespace, refusal)
    const share = shares.take(namespace, body.length)
    if (share === undefined) return { answer: OVERLOADED, result: 'refused' }
    try {
      return await answerReview(body, namespace)
    } finally {
      share.giveBack()
    }
  }

  async function answerReview(body: Uint8Array, namespace: string): Promise<Answered> {
    const work = <Value>(job: () => Value): Promise<Value> => ports.queue.run(namespace, body.length, job)
    const first = await work(() => finishEarly(judge(body), body.length <= KEPT_BYTES))
    if (!('wanted' in first)) return first
    const found = await ports.findCommands(first.wanted.map(wantCommand), namespace)
    return work(() => {
      const again = first.kept ?? judge(body)
      if ('result' in again || 'problem' in again) throw new Error('a review that reads otherwise than before')
      return answerWith(again.review, complete(again.admission, first.wanted, found))
    })
  }

  /** Parses and judges a body. All values from the body are local here, so that none stays in memory during a lookup. */
  function judge(body: Uint8Array): Judgement | { readonly problem: string } {
    const review = readReview(parseJson(body))
    if ('problem' in review) return review
    if (!isSpoken(review)) return { review, result: denyVersion(review) }
    if (review.pod === undefined) return { review, result: UNTOUCHED }
    const admission = judgePod(review.pod, options.rewrite, ports.parse)
    if (admission.kind !== 'ordered') return { review, result: admission }
    if (admission.missing.length === 0) return { review, result: admitPod(admission, options.rewrite, new Map()) }
    const wanted = listWanted(admission)
    const images = new Set(wanted.flatMap(({ image, said }) => (said === undefined ? [image] : []))).size
    if (images > MOST_LOOKUPS) {
      const why = `more than ${MOST_LOOKUPS} images whose command is not said`
      return { review, result: deny([`spec.containers: ${why}; write "command" in the containers`]) }
    }
    return { review, admission, wanted }
  }

  /** @returns the answer, or the containers to look up; `kept` is the parsed pod, if it is small enough to keep */
  function finishEarly(judgement: ReturnType<typeof judge>, keeps: boolean) {
    if ('problem' in judgement) return malformed(400, judgement.problem)
    const { review } = judgement
    if ('result' in judgement) return answerWith(review, judgement.result)
    return { wanted: judgement.wanted, kept: keeps ? judgement : undefined }
  }

  function complete(admission: Admission, wanted: readonly Wanted[], found: readonly CommandFound[]): ReviewResult {
    const commands = new Map<string, FoundCommand>()
    const problems: string[] = []
    wanted.forEach(({ name, path }, index) => {
      const command = found[index]
      if (command === undefined) throw new Error('a lookup without an answer')
      if (!('problem' in command)) commands.set(name, command)
      else problems.push(`${path}.image: container "${name}": ${command.problem}; ${command.fix}`)
    })
    metrics.countLookups(commands.size, problems.length)
    if (problems.length === 0) return admitPod(admission, options.rewrite, commands)
    if (options.onLookupFailure === 'deny') return deny(problems)
    return { ...UNTOUCHED, warnings: problems.map((problem) => `podorder: NOT ordered: ${problem}`) }
  }

  function answerWith(review: Review, verdict: ReviewResult): Answered {
    const text = writeAnswer(review, verdict)
    return { answer: { status: 200, type: 'application/json', text }, result: tell(review, verdict) }
  }

  function refuseUnparsed(uid: string | undefined, namespace: string, refusal: string): Answered {
    if (uid === undefined) return malformed(400, refusal)
    return answerWith(refuseReview(uid, namespace), deny([refusal]))
  }

  function tell({ about, uid }: Review, verdict: ReviewResult): Result {
    if (verdict.kind === 'denied') {
      ports.log({ event: 'denied', message: verdict.message.slice(0, LOGGED), pod: about, uid })
      return 'denied'
    }
    if (verdict.warnings.length > 0) {
      ports.log({ event: 'warned', message: verdict.warnings.join('\n').slice(0, LOGGED), pod: about, uid })
    }
    if (verdict.patch.length === 0) return 'unchanged'
    ports.log({ event: 'rewritten', message: `${verdict.patch.length} changes`, pod: about, uid })
    return 'rewritten'
  }
}

function listWanted({ pod, missing }: Admission): readonly Wanted[] {
  const places = new Map(
    (['initContainers', 'containers'] as const).flatMap((list) =>
      (pod.spec[list] ?? []).map(({ name }, index) => [name, `spec.${list}[${index}]`] as const),
    ),
  )
  const annotations = pod.metadata?.annotations ?? {}
  return missing.map(({ name, image, args }) => ({
    ...{ name, path: places.get(name) ?? 'spec.containers', said: annotations[commandAnnotation(name)] },
    ...(image === undefined ? {} : { image }),
    ...(args === undefined ? {} : { args }),
  }))
}

function wantCommand({ name, image = '', args, said }: Wanted) {
  // Pull secrets are not used: the webhook would need permission to read all Secrets.
  return { container: name, image, args, said, pullSecrets: [] }
}

function malformed(status: number, text: string): Answered {
  return { answer: plain(status, text), result: 'malformed' }
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain', text: `${text}\n` }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** The stack without the message. */
function placeOf(error: unknown): string | undefined {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  return lines.filter((line) => /^\s*at /.test(line)).join('\n')
}
