/** `podorder check`: reports everything that inject would refuse or warn about, and whether the rewritten pod can run in its cluster. */
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import { checkPod } from './checks.ts'
import {
  type Finding,
  formatJson,
  formatSummary,
  formatText,
  sayFinding,
  sortFindings,
  countLevels,
  type Summary,
} from './finding.ts'
import type { CheckedPod } from './checked-pod.ts'
import { collectPolicies, type Policies } from './policies.ts'
import { RULE_IDS, RULES } from './rules.ts'
import { formatSarif } from './sarif.ts'
import { findNamespace } from '../manifest/found-pods.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import type { Container } from '../pod/pod.ts'
import { restorePod } from '../rewrite/restore.ts'
import { readKnownPolicy } from '../manifest/pod-policy.ts'
import { type RewriteOptions, rewritePod } from '../rewrite/rewrite.ts'
import { findKnownCommands, type KnownCommands } from './commands.ts'
import { type FitPod, readCheckedManifest } from './read-manifest.ts'
import { readInputs, type WantedManifests } from '../inject/inputs.ts'
import { checkOnly } from '../inject/orders.ts'
import type { InjectPorts } from '../inject/ports.ts'
import { writeOutput } from '../cli/output.ts'

export type Format = 'text' | 'json' | 'sarif'

export interface CheckOptions extends WantedManifests {
  readonly format: Format
  /** Warnings cause a failure too, and so does an input without any order. */
  readonly strict: boolean
  /** Options of the rewrite, as inject would have them. */
  readonly rewrite: Omit<RewriteOptions, 'commandOf' | 'textOf'>
}

export type CheckPorts = Pick<InjectPorts, 'disk' | 'terminal' | 'findCommands'>

/** @returns 1 when there are errors, 2 when an input could not be checked or the result could not be written */
export async function checkManifests(options: CheckOptions, ports: CheckPorts): Promise<number> {
  const { paths, recursive, only, templates, format, strict, rewrite } = options
  const { terminal } = ports
  const inputs = await readInputs(paths, recursive, ports)
  if ('problems' in inputs) {
    for (const problem of inputs.problems) terminal.complain(problem)
    return CODE_MISUSE
  }
  const read = inputs.map((input) => readCheckedManifest(input, only, rewrite, templates))
  const strangers = checkOnly(
    only,
    read.map(({ pods }) => ({ pods, problems: [] })),
  )
  if (strangers.length > 0 && read.every(({ manifest }) => manifest !== undefined)) {
    for (const problem of strangers) terminal.complain(problem)
    return CODE_MISUSE
  }
  const known = await findKnownCommands(read, ports)
  const documents = read.flatMap(({ manifest }) => manifest?.documents ?? [])
  const policiesOf = collectPolicies(documents.map(({ value }) => value))
  const found = read.flatMap(({ input: { file }, findings: refused, fit }, index) => {
    const checked = fit.flatMap((one) => checkPod(rewriteFit(one, known, rewrite, policiesOf)))
    return sortFindings([
      ...refused,
      ...(known.findings[index] ?? []),
      ...checked.map((verdict) => ({ ...verdict, file })),
    ])
  })
  const findings = tellOnce(found)
  const pods = read.reduce((sum, { ordered }) => sum + ordered, 0)
  const summary = { files: read.length, pods, ...countLevels(findings) }
  const text = write(findings, summary, format, terminal.coloured)
  if ((await writeOutput(text, undefined, ports)) !== 0) return CODE_MISUSE
  terminal.complain(`podorder: ${formatSummary(summary)}`)
  const isIdle = pods === 0 && summary.errors === 0
  return summary.errors > 0 || (strict && (isIdle || summary.warnings > 0)) ? CODE_FAILED : 0
}

/** Keeps one finding about the image of podorder-init: it comes from the command line, not from a pod. */
function tellOnce(findings: readonly Finding[]): readonly Finding[] {
  const isOfInit = ({ rule, container }: Finding) => rule === 'image' && container === INIT_CONTAINER
  const first = new Map(
    findings
      .filter(isOfInit)
      .toReversed()
      .map((finding) => [finding.what, finding]),
  )
  return findings.filter((finding) => !isOfInit(finding) || first.get(finding.what) === finding)
}

/** Prepares a pod for the checks: before and after the rewrite. */
export function rewriteFit(
  { pod, order }: FitPod,
  { commands, platforms }: KnownCommands,
  rewrite: CheckOptions['rewrite'],
  policiesOf: (namespace: string) => Policies,
): CheckedPod {
  const { template, tree } = pod
  const found = commands.get(pod)
  const namespace = findNamespace(pod)
  const commandOf = ({ name }: Container) => found?.get(name)
  return {
    ...{ tree, order, namespace, commandOf },
    before: restorePod(template).template,
    after: rewritePod(template, order, { ...rewrite, commandOf, restartPolicy: readKnownPolicy(pod) }),
    policies: policiesOf(namespace ?? ''),
    platforms: new Map([...(found ?? [])].map(([container, command]) => [container, platforms.get(command) ?? []])),
  }
}

function write(findings: readonly Finding[], summary: Summary, format: Format, coloured: boolean): string {
  switch (format) {
    case 'text':
      return formatText(findings, coloured)
    case 'json':
      return formatJson(findings, summary)
    case 'sarif': {
      const rules = RULE_IDS.map((id) => ({ id, ...RULES[id] }))
      return formatSarif(
        rules,
        findings.map((finding) => ({ ...finding, message: sayFinding(finding) })),
      )
    }
  }
}
