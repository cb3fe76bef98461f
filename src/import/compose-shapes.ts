/** The shape of each key of a compose file. Source: compose-spec, schema/compose-spec.json (2025). */
import { BOOLEAN, type Fields, MAP, NUMBER, OPEN, type Shape, TEXT, TEXTS } from './shape.ts'

const DURATION: Shape = { word: 'duration' }
const MODE: Shape = { word: 'mode' }
const LIST: Shape = { items: OPEN }
const TEXT_OR_TEXTS: Shape = { word: 'text', items: TEXT }
/** `{A: b}` or `["A=b"]`. */
const PAIRS: Shape = { items: TEXT, values: TEXT }

const listOf = (fields: Fields): Shape => ({ items: { fields } })
const textsOr = (fields: Fields): Shape => ({ items: { word: 'text', fields } })
const each = (key: Shape, ...names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [name, key]))

const GRANT: Fields = { ...each(TEXT, 'source', 'target', 'uid', 'gid'), mode: MODE }
const HOOK = { command: TEXT_OR_TEXTS, user: TEXT, privileged: BOOLEAN, working_dir: TEXT, environment: PAIRS }

const ENV_FILE: Fields = { path: TEXT, format: TEXT, required: BOOLEAN }

const DEPLOY: Fields = {
  ...{ mode: TEXT, endpoint_mode: TEXT, replicas: NUMBER, labels: PAIRS, rollback_config: MAP, update_config: MAP },
  resources: {
    fields: {
      limits: { fields: { cpus: TEXT, memory: TEXT, pids: NUMBER } },
      reservations: { fields: { cpus: TEXT, memory: TEXT, generic_resources: LIST, devices: LIST } },
    },
  },
  restart_policy: { fields: { condition: TEXT, delay: DURATION, max_attempts: NUMBER, window: DURATION } },
  placement: { fields: { constraints: TEXTS, preferences: LIST, max_replicas_per_node: NUMBER } },
}

const HEALTHCHECK: Fields = {
  ...{ test: TEXT_OR_TEXTS, interval: TEXT, timeout: TEXT, retries: NUMBER, disable: BOOLEAN },
  ...{ start_period: DURATION, start_interval: DURATION },
}

const NETWORK_OF_SERVICE: Fields = {
  ...{ aliases: TEXTS, link_local_ips: TEXTS, driver_opts: MAP, priority: NUMBER, gw_priority: NUMBER },
  ...each(TEXT, 'interface_name', 'ipv4_address', 'ipv6_address', 'mac_address'),
}

const VOLUME_OF_SERVICE: Fields = {
  ...each(TEXT, 'type', 'source', 'target', 'consistency'),
  read_only: BOOLEAN,
  bind: { fields: { propagation: TEXT, create_host_path: BOOLEAN, recursive: TEXT, selinux: TEXT } },
  volume: { fields: { nocopy: BOOLEAN, subpath: TEXT, labels: PAIRS } },
  tmpfs: { fields: { size: TEXT, mode: MODE } },
  image: { fields: { subpath: TEXT } },
}

/** Keys of a service. */
export const SERVICE_SHAPES: Fields = {
  ...each(
    TEXT,
    'cgroup',
    'cgroup_parent',
    'container_name',
    'cpus',
    'cpuset',
    'domainname',
    'hostname',
    'image',
    'ipc',
  ),
  ...each(TEXT, 'isolation', 'mac_address', 'mem_limit', 'mem_reservation', 'memswap_limit', 'network_mode', 'pid'),
  ...each(TEXT, 'platform', 'pull_policy', 'pull_refresh_after', 'restart', 'runtime', 'shm_size', 'stop_grace_period'),
  ...each(TEXT, 'stop_signal', 'user', 'userns_mode', 'uts', 'working_dir'),
  ...each(TEXT, 'cpu_period', 'cpu_quota', 'cpu_rt_period', 'cpu_rt_runtime'),
  ...each(NUMBER, 'cpu_count', 'cpu_percent', 'cpu_shares', 'mem_swappiness', 'oom_score_adj', 'pids_limit', 'scale'),
  ...each(BOOLEAN, 'attach', 'init', 'oom_kill_disable', 'privileged', 'read_only', 'stdin_open', 'tty'),
  ...each(BOOLEAN, 'use_api_socket'),
  ...each(TEXTS, 'cap_add', 'cap_drop', 'device_cgroup_rules', 'dns_opt', 'expose', 'external_links', 'group_add'),
  ...each(TEXTS, 'links', 'profiles', 'security_opt', 'volumes_from'),
  ...each(TEXT_OR_TEXTS, 'command', 'dns', 'dns_search', 'entrypoint', 'label_file', 'tmpfs'),
  ...each(PAIRS, 'annotations', 'environment', 'labels', 'sysctls'),
  ...each(MAP, 'blkio_config', 'credential_spec', 'provider', 'storage_opt', 'ulimits'),
  build: { word: 'text', fields: { context: TEXT, dockerfile: TEXT, target: TEXT, args: PAIRS }, values: OPEN },
  configs: textsOr(GRANT),
  depends_on: { items: TEXT, values: { fields: { condition: TEXT, required: BOOLEAN, restart: BOOLEAN } } },
  deploy: { fields: DEPLOY },
  develop: { fields: { watch: LIST } },
  devices: { items: { word: 'text', values: OPEN } },
  env_file: { word: 'text', ...textsOr(ENV_FILE), fields: ENV_FILE },
  extends: { word: 'text', fields: { service: TEXT, file: TEXT } },
  extra_hosts: { items: TEXT, values: TEXT_OR_TEXTS },
  gpus: { word: 'text', items: { values: OPEN } },
  healthcheck: { fields: HEALTHCHECK },
  logging: { fields: { driver: TEXT, options: MAP } },
  models: { items: TEXT, values: MAP },
  networks: { items: TEXT, values: { fields: NETWORK_OF_SERVICE } },
  ports: textsOr(each(TEXT, 'name', 'mode', 'host_ip', 'target', 'published', 'protocol', 'app_protocol')),
  post_start: listOf(HOOK),
  pre_stop: listOf(HOOK),
  secrets: textsOr(GRANT),
  volumes: textsOr(VOLUME_OF_SERVICE),
}

const EXTERNAL: Shape = { word: 'boolean', fields: { name: TEXT } }
const OF_PROJECT: Fields = { name: TEXT, external: EXTERNAL, labels: PAIRS, driver: TEXT, driver_opts: MAP }

/** Keys at the top of a compose file, without `services`. */
export const TOP_SHAPES: Fields = {
  version: TEXT,
  name: TEXT,
  include: {
    items: { word: 'text', fields: { path: TEXT_OR_TEXTS, env_file: TEXT_OR_TEXTS, project_directory: TEXT } },
  },
  models: { values: MAP },
  networks: {
    values: {
      fields: {
        ...OF_PROJECT,
        ...each(BOOLEAN, 'attachable', 'enable_ipv4', 'enable_ipv6', 'internal'),
        ipam: MAP,
      },
    },
  },
  volumes: { values: { fields: OF_PROJECT } },
  secrets: {
    values: { fields: { ...OF_PROJECT, ...each(TEXT, 'environment', 'file', 'content', 'template_driver') } },
  },
  configs: {
    values: { fields: { ...OF_PROJECT, ...each(TEXT, 'content', 'environment', 'file', 'template_driver') } },
  },
}
