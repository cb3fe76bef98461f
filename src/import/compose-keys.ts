/**
 * The keys of a service in a compose file (compose-spec, schema of 2025). Keys with an effect are read in `compose-container.ts` and
 * the files beside it. This file has the keys without an effect, and the reasons.
 */

/** Keys that are read. */
const READ = [
  ...['annotations', 'build', 'cap_add', 'cap_drop', 'command', 'configs', 'container_name', 'cpus', 'depends_on'],
  ...['deploy', 'dns', 'dns_opt', 'dns_search', 'entrypoint', 'env_file', 'environment', 'expose', 'extends'],
  ...['extra_hosts', 'group_add', 'healthcheck', 'hostname', 'image', 'ipc', 'links', 'mem_limit'],
  ...['mem_reservation', 'network_mode', 'networks', 'pid', 'ports', 'post_start', 'pre_stop'],
  ...['privileged', 'profiles', 'provider', 'pull_policy', 'read_only', 'restart', 'scale', 'secrets', 'security_opt'],
  ...['shm_size', 'stdin_open', 'stop_grace_period', 'stop_signal', 'sysctls', 'tmpfs', 'tty', 'user', 'volumes'],
  ...['volumes_from', 'working_dir'],
] as const

/**
 * Keys that are ignored silently, since they do not change the container: the kubelet keeps the logs, and labels are for tools
 * that ask Docker. `docs/decisions.md` says why.
 */
const IDLE = ['attach', 'develop', 'label_file', 'labels', 'logging', 'pull_refresh_after'] as const

/** Keys that have no place in the pod, or are set elsewhere in Kubernetes, with the reason. */
const WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['blkio_config', 'Kubernetes has no limits of block I/O for a container'],
  ['cgroup', 'Kubernetes gives each container a cgroup namespace of its own'],
  ['cgroup_parent', 'the kubelet decides the cgroup'],
  ['cpu_count', 'use deploy.resources.limits.cpus'],
  ['cpu_percent', 'use deploy.resources.limits.cpus'],
  ['cpu_period', 'use deploy.resources.limits.cpus'],
  ['cpu_quota', 'use deploy.resources.limits.cpus'],
  ['cpu_rt_period', 'Kubernetes has no real-time scheduling'],
  ['cpu_rt_runtime', 'Kubernetes has no real-time scheduling'],
  ['cpu_shares', 'use deploy.resources.reservations.cpus'],
  ['cpuset', 'the kubelet decides which CPUs a container uses'],
  ['credential_spec', 'it is for Windows'],
  ['device_cgroup_rules', 'a device plugin of the cluster hands out devices'],
  ['devices', 'a device plugin of the cluster hands out devices'],
  ['domainname', 'the pod has one host name and domain'],
  ['external_links', 'the other container is not in this pod'],
  ['gpus', 'ask for GPUs with resources.limits, such as nvidia.com/gpu: 1'],
  ['init', 'set shareProcessNamespace: true of the pod if the command does not reap its children'],
  ['isolation', 'it is for Windows'],
  ['mac_address', 'the network of the cluster gives the pod its address'],
  ['memswap_limit', 'the kubelet decides about swap'],
  ['mem_swappiness', 'the kubelet decides about swap'],
  ['models', 'a pod has no models'],
  ['oom_kill_disable', 'Kubernetes always lets the kernel end a container without memory'],
  ['oom_score_adj', 'the kubelet sets it by the QoS class of the pod'],
  ['pids_limit', 'the kubelet limits processes for each pod'],
  ['platform', 'set nodeSelector of the pod, such as kubernetes.io/arch: arm64'],
  ['runtime', 'set runtimeClassName of the pod'],
  ['storage_opt', 'use resources.limits of ephemeral-storage'],
  ['ulimits', 'the container runtime sets the limits of processes'],
  ['use_api_socket', 'there is no Docker API in a pod'],
  ['userns_mode', 'set hostUsers of the pod'],
  ['uts', 'the pod has one host name'],
])

export const SERVICE_KEYS: readonly string[] = [...READ, ...IDLE, ...WITHOUT_PLACE.keys()]

export const TOP_KEYS = [
  'version',
  'name',
  'include',
  'services',
  'models',
  'networks',
  'volumes',
  'secrets',
  'configs',
]

/** The same for keys below `deploy`. Swarm's update settings are ignored silently: a Deployment has its own. */
export const DEPLOY_WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['mode', 'use a DaemonSet for one pod on each node, or a Job'],
  ['placement', 'set nodeSelector or affinity of the pod'],
])

/** @returns why the key has no effect in a pod; undefined when it has one, or is ignored silently */
export function whyWithoutPlace(key: string): string | undefined {
  return WITHOUT_PLACE.get(key)
}
