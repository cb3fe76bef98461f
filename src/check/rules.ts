/** The rules of `podorder check`. Their IDs are part of its interface: users suppress findings by ID. Pure. */

interface Rule {
  /** A clause about the fault that the rule finds. */
  readonly summary: string
  /** Sentences about why the fault matters. */
  readonly help: string
}

export const RULES = {
  syntax: {
    summary: 'the file is not YAML or JSON',
    help: 'A file that cannot be read is not checked, and inject refuses it.',
  },
  order: {
    summary: 'the order is wrong, or the pod that has it',
    help: 'It checks names, conditions and options in the podorder.io/ annotations, and the fields of the pod that podorder uses. inject refuses it.',
  },
  advice: {
    summary: 'the order works, but probably not as intended',
    help: 'inject warns about the same: a server that is waited for as completed, a grace period that is too short for all stops, options without effect.',
  },
  rewrite: {
    summary: 'the pod cannot be rewritten',
    help: 'A name, path or label that podorder needs is used by something else, or the notes of an earlier inject are missing. inject refuses it.',
  },
  command: {
    summary: 'the command of an image is not known',
    help: 'A container without "command" runs the command of its image. podorder wraps the command, so it must know it. inject refuses it.',
  },
  image: {
    summary: 'nodes cannot pull an image',
    help: 'An image whose name begins with "localhost/" was built by podman or buildah on one machine. A node has it only if it was loaded there.',
  },
  architecture: {
    summary: 'the executable does not exist for its nodes',
    help: 'podorder runs on linux/amd64 and linux/arm64. Node selectors, node affinity and the platforms of images tell where a pod can run.',
  },
  security: {
    summary: "podorder's init container is not allowed, or its volumes cannot be used",
    help: 'The pod that inject writes passes Pod Security at the level "restricted". If the manifest was changed later, podorder-init may not pass.',
  },
  storage: {
    summary: 'the executable does not fit into the ephemeral storage',
    help: "The copy of the executable in the volume podorder-bin counts as the pod's own; the kubelet evicts a pod that uses more than the limits of its containers together.",
  },
  memory: {
    summary: 'the memory limit is below what the wrapper was tested with',
    help: "The wrapper waits, and watches the command, within the container's own memory limit.",
  },
  'limit-range': {
    summary: 'a LimitRange refuses podorder-init, or the pod with it',
    help: 'The limits of a LimitRange in the same input hold for init containers too, after its defaults are applied.',
  },
  quota: {
    summary: 'a ResourceQuota refuses podorder-init',
    help: 'If a quota limits CPU or memory, each container of a pod needs requests or limits for it, init containers too.',
  },
  qos: {
    summary: 'the pod is no longer Guaranteed',
    help: 'A pod is of the class Guaranteed only while all its containers, init containers too, have limits of CPU and memory that equal their requests.',
  },
  permission: {
    summary: 'waiting needs permission to read the API',
    help: 'For targets such as job/migrate the ServiceAccount of the pod must be allowed to list and watch them.',
  },
  version: {
    summary: 'it needs a recent Kubernetes version',
    help: 'Native sidecars (1.29), restart policies of containers (1.35, RestartAllContainers 1.36), image volumes and variables from files (1.35).',
  },
  controller: {
    summary: "waiting needs podorder's controller",
    help: 'The command "podorder controller" writes into the annotations of the pod which sidecars are ready.',
  },
  unordered: {
    summary: 'a running pod has an order, but does not keep it',
    help: 'Only of "check -n": neither inject nor the webhook has rewritten the pod, so its containers all started at once.',
  },
  outdated: {
    summary: 'a running pod is not as inject would write it now',
    help: 'Only of "check -n": it has another version of podorder, or its annotations or its workload have changed.',
  },
} as const satisfies Readonly<Record<string, Rule>>

export type RuleId = keyof typeof RULES

export const RULE_IDS = Object.keys(RULES) as readonly RuleId[]

/** Formats each rule and its meaning for people. */
export function formatRules(): string {
  return RULE_IDS.map((id) => `${id}: ${RULES[id].summary}\n  ${RULES[id].help}\n`).join('')
}
