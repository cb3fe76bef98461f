/** The kinds that hold a pod template, and where: one row each. */

/** The path from the object to the template; a Pod is one itself (Kubernetes API reference, groups core, apps, batch). */
export const TEMPLATE_PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pod', []],
  ['PodTemplate', ['template']],
  ['ReplicationController', ['spec', 'template']],
  ['ReplicaSet', ['spec', 'template']],
  ['Deployment', ['spec', 'template']],
  ['StatefulSet', ['spec', 'template']],
  ['DaemonSet', ['spec', 'template']],
  ['Job', ['spec', 'template']],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
])

/** Other groups have kinds of the same name (a Job of Volcano's has no pod template). */
export const TEMPLATE_GROUPS: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'extensions'])
