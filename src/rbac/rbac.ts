/** `podorder rbac`: the least Roles that allow to wait for targets, or for what the pods of manifests wait for. */
import { CODE_MISUSE } from '../base/exit-code.ts'
import { fieldOf, textOf } from '../pod/api-object.ts'
import { writeRoles } from '../kube/least-role.ts'
import type { Subject } from '../kube/subject.ts'
import { OBJECT_KINDS } from '../kube/kinds.ts'
import { type ObjectTarget, type ParsedTarget, parseTarget } from '../kube/target.ts'
import { findNamespace } from '../manifest/found-pods.ts'
import { proposeWord } from '../base/suggest.ts'
import { readInputs, type WantedManifests } from '../inject/inputs.ts'
import { checkOnly, readOrders, type WantedPod } from '../inject/orders.ts'
import type { ManifestPorts } from '../inject/ports.ts'
import { writeStdout } from '../cli/output.ts'

export interface RbacOptions extends WantedManifests {
  readonly targets: readonly string[]
  /** The namespace of targets and pods that name none, and of the ServiceAccount that waits for the targets. */
  readonly namespace: string
  /** The ServiceAccount of pods that name none, which waits for the targets too. */
  readonly serviceAccount: string
}

/** @returns the exit code; where it is 2, nothing was written */
export async function writeRbac(options: RbacOptions, ports: Omit<ManifestPorts, 'diff'>): Promise<number> {
  const { terminal } = ports
  const grantees = await findGrantees(options, ports)
  if ('problems' in grantees) {
    for (const problem of grantees.problems) terminal.complain(problem)
    return CODE_MISUSE
  }
  const waiting = grantees.filter(({ targets }) => targets.length > 0)
  if (waiting.length > 0) return writeStdout(writeFor(waiting), ports)
  const { paths } = options
  if (paths.length === 0) {
    terminal.complain(
      'podorder: none of these needs the API; name a target such as pod/db, job/migrate or service/mail',
    )
    return CODE_MISUSE
  }
  terminal.complain('podorder: no pod in it waits for another pod, a Job or a service; no Role is needed')
  return 0
}

/** The pods of one ServiceAccount share its Roles. */
function writeFor(grantees: readonly Grantee[]): string {
  const bySubject = Map.groupBy(grantees, ({ namespace, serviceAccount }) =>
    JSON.stringify([namespace, serviceAccount]),
  )
  return [...bySubject.values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return []
      const targets = [first, ...others].flatMap((one) => one.targets)
      return [writeRoles(targets, first.namespace, first)]
    })
    .join('---\n')
}

/** A ServiceAccount that waits, and for what. */
interface Grantee extends Subject {
  readonly targets: readonly ObjectTarget[]
}

type Grantees = readonly Grantee[] | { readonly problems: readonly string[] }

async function findGrantees(options: RbacOptions, ports: Omit<ManifestPorts, 'diff'>): Promise<Grantees> {
  const { paths, recursive, only, templates, namespace, serviceAccount } = options
  const parsed = options.targets.map(readTarget)
  const inputs = await readInputs(paths, recursive, ports)
  const opened = 'problems' in inputs ? [] : inputs.map((input) => readOrders(input, only, {}, templates))
  const problems = [
    ...parsed.flatMap((target) => ('problem' in target ? [`podorder: ${target.problem}`] : [])),
    ...('problems' in inputs ? inputs.problems : checkOnly(only, opened)),
    ...opened.flatMap((one) => one.problems),
  ]
  if (problems.length > 0) return { problems }
  const targets = parsed.filter(isObjectTarget)
  const pods = opened.flatMap(({ wanted }) => wanted.map((pod) => readGrantee(pod, { namespace, serviceAccount })))
  return [{ namespace, serviceAccount, targets }, ...pods]
}

/** What a Role can be for; what needs none is passed over. */
const KINDS = OBJECT_KINDS.map((kind) => `${kind}/`)
const KNOWN = /^(?:(?:pod|job)(?:-w[er])?\/|service\/|tcp:|https?:|exec:|file:)/

function readTarget(text: string): ParsedTarget {
  if (KNOWN.test(text)) return parseTarget(text)
  const word = text.replace(/\/.*$/s, '/')
  const otherwise = `it is one of ${KINDS.join(', ')}; a manifest is given with -f`
  return { problem: `unknown target "${text}"; ${proposeWord(word, KINDS, otherwise)}` }
}

function isObjectTarget(target: object): target is ObjectTarget {
  return 'which' in target
}

function readGrantee({ pod, order }: WantedPod, otherwise: Subject): Grantee {
  const spec = fieldOf(pod.template, 'spec')
  return {
    namespace: findNamespace(pod) ?? otherwise.namespace,
    // The second is the older name of the first (pkg/apis/core/v1/conversion.go).
    serviceAccount: textOf(spec, 'serviceAccountName') || textOf(spec, 'serviceAccount') || otherwise.serviceAccount,
    targets: (order?.outside ?? []).map(({ target }) => target).filter(isObjectTarget),
  }
}
