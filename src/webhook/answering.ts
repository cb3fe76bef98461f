/** One admission review after another: from the body to the answer. */
import { commandAnnotation } from '../pod/annotation-names.ts'
import type { Container } from '../pod/pod.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import { type Admission, admitPod, deny, judgePod, UNTOUCHED } from './admission.ts'
import type { WebhookMetrics, Result } from './webhook-metrics.ts'
import { denyVersion, isSpoken, readReview, type Review, type ReviewResult, writeAnswer } from './review.ts'
import type { CommandFound } from '../image/lookup.ts'
import type { Answer, Ask, WebhookOptions, WebhookPorts } from './ports.ts'

export const PATH = '/mutate'

/** Of what is logged of a denial: the whole of it is in the API server's answer. */
const LOGGED = 1000

type AnsweringPorts = Pick<WebhookPorts, 'findCommands' | 'parse' | 'encode' | 'log' | 'clock'>

/** Never rejects: what goes wrong within is an answer with status 500. */
export function createAnswering(
  options: Pick<WebhookOptions, 'rewrite' | 'onLookupFailure'>,
  metrics: WebhookMetrics,
  ports: AnsweringPorts,
): (ask: Ask) => Promise<Answer> {
  return async (ask) => {
    const began = ports.clock()
    const { answer, result } = await answerAsk(ask).catch((error: unknown) => {
      // Its message may hold words of the pod.
      const name = error instanceof Error ? error.name : typeof error
      ports.log({ event: 'error', message: `a review could not be answered: ${name}`, stack: placeOf(error) })
      return { answer: plain(500, 'a fault of podorder itself; its log has the place'), result: 'failed' as const }
    })
    metrics.countReview(result, ports.clock() - began)
    return answer
  }

  async function answerAsk(ask: Ask): Promise<{ readonly answer: Answer; readonly result: Result }> {
    if (ask.path !== PATH) return { answer: plain(404, `reviews go to ${PATH}`), result: 'malformed' }
    if (ask.method !== 'POST') return { answer: plain(405, 'reviews come by POST'), result: 'malformed' }
    const review = readReview(parseJson(ask.body))
    if ('problem' in review) return { answer: plain(400, review.problem), result: 'malformed' }
    const verdict = isSpoken(review) ? await judge(review) : denyVersion(review)
    const text = writeAnswer(review, verdict, ports.encode)
    return { answer: { status: 200, type: 'application/json', text }, result: tell(review, verdict) }
  }

  async function judge({ pod }: Review): Promise<ReviewResult> {
    if (pod === undefined) return UNTOUCHED
    const admission = judgePod(pod, options.rewrite, ports.parse)
    if (admission.kind !== 'ordered') return admission
    const { commands, problems } = await findMissing(admission)
    if (problems.length === 0) return admitPod(admission, options.rewrite, commands)
    if (options.onLookupFailure === 'deny') return deny(problems)
    return { ...UNTOUCHED, warnings: problems.map((problem) => `podorder: NOT ordered: ${problem}`) }
  }

  async function findMissing({ pod, missing }: Admission) {
    const commands = new Map<string, FoundCommand>()
    const problems: string[] = []
    if (missing.length === 0) return { commands, problems }
    const found = await ports.findCommands(
      missing.map((container) => wantCommand(container, pod.metadata?.annotations)),
    )
    missing.forEach(({ name }, index) => {
      const command = found[index]
      if (command === undefined) throw new Error('a lookup without an answer')
      if ('problem' in command) problems.push(describeProblem(pod.spec.containers, name, command))
      else commands.set(name, command)
    })
    metrics.countLookups(commands.size, problems.length)
    return { commands, problems }
  }

  function tell({ about, uid }: Review, verdict: ReviewResult): Result {
    if (verdict.kind === 'denied') {
      ports.log({ event: 'denied', message: verdict.message.slice(0, LOGGED), pod: about, uid })
      return 'denied'
    }
    if (verdict.warnings.length > 0)
      ports.log({ event: 'warned', message: verdict.warnings.join('\n'), pod: about, uid })
    if (verdict.patch.length === 0) return 'unchanged'
    ports.log({ event: 'rewritten', message: `${verdict.patch.length} changes`, pod: about, uid })
    return 'rewritten'
  }
}

function wantCommand({ name, image = '', args }: Container, annotations: Readonly<Record<string, string>> = {}) {
  // Its Secrets are none of the webhook's business: it would have to be allowed to read all of them.
  return { container: name, image, args, said: annotations[commandAnnotation(name)], pullSecrets: [] }
}

function describeProblem(
  containers: readonly Container[],
  name: string,
  { problem, fix }: Extract<CommandFound, { readonly problem: string }>,
): string {
  const index = containers.findIndex((container) => container.name === name)
  return `spec.containers[${index}].image: container "${name}": ${problem}; ${fix}`
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain', text: `${text}\n` }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The frames alone. */
function placeOf(error: unknown): string | undefined {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  return lines.filter((line) => /^\s*at /.test(line)).join('\n')
}
