/** What `podorder check` looks at. The ids are part of its interface: people suppress findings by them. Pure. */

interface Rule {
  /** What is wrong where it finds something; a clause. */
  readonly summary: string
  /** Why that matters, in a sentence or two. */
  readonly help: string
}

export const RULES = {
  syntax: {
    summary: 'the file is not YAML or JSON',
    help: 'Nothing of a file that cannot be read is checked, and inject refuses it.',
  },
  order: {
    summary: 'the order, or the pod that says it, is wrong',
    help: 'Names, conditions and options in the annotations of podorder.io/, and what podorder relies on in the pod itself. inject refuses it.',
  },
  advice: {
    summary: 'the order works, but hardly as meant',
    help: 'What inject warns about: probes that fight the gate, a grace period too short for the chain of stops, options without effect.',
  },
  rewrite: {
    summary: 'the pod cannot be rewritten',
    help: 'Names, paths and labels that podorder needs are taken, or the notes of an earlier inject are gone. inject refuses it.',
  },
  command: {
    summary: 'the command of an image is not known',
    help: 'A container without "command" runs what its image says; podorder wraps the command, so it must know it. inject refuses it.',
  },
  image: {
    summary: 'nodes cannot pull an image',
    help: 'An image whose name begins with "localhost/" is one that podman or buildah has built; a cluster has it only where somebody has loaded it.',
  },
  architecture: {
    summary: 'the executable does not exist for its nodes',
    help: 'podorder runs on linux/amd64 and linux/arm64. Node selectors, node affinity and the platforms of images tell where a pod can run.',
  },
  security: {
    summary: "podorder's init container is not allowed, or its volumes cannot be used",
    help: 'What inject writes passes Pod Security at the level "restricted"; podorder-init in a manifest that was changed since may not.',
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
    help: 'Limits of a LimitRange in the same input hold for init containers too, after its defaults have been filled in.',
  },
  quota: {
    summary: 'a ResourceQuota refuses podorder-init',
    help: 'A quota of CPU or memory in the same input makes each container of a pod, init containers too, say requests or limits of it.',
  },
  qos: {
    summary: 'the pod is Guaranteed no more',
    help: 'A pod is of the class Guaranteed only while all its containers, init containers too, have limits of CPU and memory that equal their requests.',
  },
  permission: {
    summary: 'waiting needs permission to read the API',
    help: 'For targets such as job/migrate the ServiceAccount of the pod must be allowed to list and watch them.',
  },
  version: {
    summary: 'it needs a Kubernetes of late',
    help: 'Native sidecars (1.29), restart policies of containers (1.35, RestartAllContainers 1.36), image volumes and variables from files (1.35).',
  },
  controller: {
    summary: "waiting needs podorder's controller",
    help: 'Whether a sidecar is ready comes by way of the pod\'s annotations, which "podorder controller" keeps.',
  },
  unordered: {
    summary: 'a running pod says an order, but does not keep it',
    help: 'Only of "check -n": neither inject nor the webhook has rewritten the pod, so its containers have started together.',
  },
  outdated: {
    summary: 'a running pod is not as inject would write it now',
    help: 'Only of "check -n": it has another version of podorder in it, or what its annotations or its workload say has changed since.',
  },
} as const satisfies Readonly<Record<string, Rule>>

export type RuleId = keyof typeof RULES

export const RULE_IDS = Object.keys(RULES) as readonly RuleId[]

/** For people: each rule with what it means. */
export function formatRules(): string {
  return RULE_IDS.map((id) => `${id}: ${RULES[id].summary}\n  ${RULES[id].help}\n`).join('')
}
