/** What import says of a compose file: each remark once, with its place and all services that it is about. */
import test from 'ava'
import { containersOf, documentsOf, openPlace, specOf } from '../../support/compose-place.ts'

const RUNS_ONCE =
  'no restart is set: it runs once, as docker compose has it; write restart: always if it is a server; a restart policy of one container needs Kubernetes 1.35'
const RESTARTED =
  'no restart is set: docker compose does not restart it, but the pod does (Always, as others ask for); write restart: "no" if it has to end'

interface Row {
  readonly title: string
  readonly file: readonly string[]
  /** All remarks, without `compose.yaml:`. */
  readonly told: readonly string[]
  /** Names of the containers, each with its restart policy where it has its own. */
  readonly containers?: readonly string[]
}

const ROWS: readonly Row[] = [
  {
    title: 'services without restart beside others: servers are restarted, steps run once',
    file: [
      'services:',
      '  web: {image: x, restart: always}',
      '  db: {image: x}',
      '  api: {image: x, command: [serve], ports: [80]}',
      '  job: {image: x, command: [run]}',
    ],
    told: [`5:8: service "job": ${RUNS_ONCE}`, `3:7: services "db", "api": ${RESTARTED}`],
    containers: ['web', 'db', 'api', 'job Never'],
  },
  {
    title: 'where no service says restart, nothing is told of it',
    file: ['services:', '  web: {image: x}', '  job: {image: x, command: [run]}'],
    told: [],
    containers: ['web', 'job'],
  },
  {
    title: 'a step that others wait for has the policy of the pod, whatever it says',
    file: [
      'services:',
      '  web: {image: x, restart: always, depends_on: {one: {condition: service_completed_successfully}, two: {condition: service_completed_successfully}, three: {condition: service_completed_successfully}}}',
      '  one: {image: x, restart: "no"}',
      '  two: {image: x, restart: on-failure}',
      '  three: {image: x, command: [run]}',
    ],
    told: [],
    containers: ['web', 'one', 'two', 'three'],
  },
  {
    title: 'a service without replicas is left out, and nobody waits for it',
    file: [
      'services:',
      '  web: {image: x, depends_on: [old]}',
      '  old: {image: x, deploy: {replicas: 0}}',
      '  older: {image: x, scale: 0}',
    ],
    told: [
      '3:28: service "old": left out, since replicas is 0; write 1 to have it in the pod',
      '4:21: service "older": left out, since scale is 0; write 1 to have it in the pod',
    ],
    containers: ['web'],
  },
  {
    title: 'services of a profile are told at once, at the profile; the empty profile is active where none is chosen',
    file: [
      'x-more: &more {profiles: [p]}',
      'services:',
      '  web: {image: x, profiles: ["", q]}',
      '  a: {<<: *more, image: x}',
      '  b: {<<: *more, image: x}',
      '  c: {image: x, profiles: [p]}',
      '  d: {image: x, profiles: [q, r]}',
    ],
    told: [
      '1:16: services "a", "b", "c": left out, since the profile p is not chosen; give --profile p to have it in the pod',
      '7:17: service "d": left out, since none of the profiles q, r is chosen; give --profile q to have it in the pod',
    ],
    containers: ['web'],
  },
  {
    title: 'what several services share by an anchor is told once, with their names',
    file: [
      'x-volumes: &volumes [/proc:/p]',
      'services:',
      '  a: {image: x, volumes: *volumes}',
      '  b: {image: x, volumes: *volumes}',
    ],
    told: [
      '1:22: services "a", "b": "/proc" is a path of the machine itself, and of each node; it is left out; if that of the node is meant, mount it as a volume of type hostPath',
    ],
  },
  {
    title: 'keys of a service that are not supported in a pod',
    file: [
      'services:',
      '  a:',
      '    image: x',
      '    pid: host',
      '    ipc: host',
      '    platform: linux/arm64',
      '    mac_address: 02:42:ac:11:65:43',
      '    init: true',
      '    labels: {a: b}',
      '    logging: {driver: syslog}',
      '    networks: {back: {ipv4_address: 10.0.0.1}}',
      '    deploy: {mode: global, placement: {constraints: [node.role == manager]}}',
      '    tmpfs: /run:size=1m,mode=1777',
      '  b: {image: x, init: false, networks: [back], deploy: {mode: replicated, placement: {}}}',
      'networks: {back: {internal: true}}',
    ],
    told: [
      '13:12: service "a": mode=1777 of a tmpfs is not supported in a pod; an empty directory in memory takes a size only, and is open to all users',
      '6:5: service "a": platform is not supported in a pod; set nodeSelector of the pod, such as kubernetes.io/arch: arm64',
      '7:5: service "a": mac_address is not supported in a pod; the network of the cluster gives the pod its address',
      '8:5: service "a": init is not supported in a pod; set shareProcessNamespace: true of the pod if the command does not reap its children',
      '12:14: service "a": deploy.mode is not supported in a pod; use a DaemonSet for one pod on each node, or a Job',
      '12:28: service "a": deploy.placement is not supported in a pod; set nodeSelector or affinity of the pod',
      '4:5: service "a": pid host is not supported in a container; set hostPID: true of the pod, if it has to be',
      '5:5: service "a": ipc host is not supported in a container; set hostIPC: true of the pod, if it has to be',
      '11:23: service "a": ipv4_address is not supported in a pod; the network of the cluster gives the pod its address; call it by name',
      '15:19: services "a", "b": the network "back" is internal, and a pod is not; write a NetworkPolicy for the pod',
    ],
  },
  {
    title: 'volumes that are kept outside, and drivers',
    file: [
      'services:',
      '  a: {image: x, volumes: ["one:/1", "two:/2", "three:/3"]}',
      'volumes:',
      '  one: {external: true, name: my_vol}',
      '  two: {external: true}',
      '  three: {driver: rexray, driver_opts: {type: nfs}}',
    ],
    told: [
      '4:9: the volume "my_vol" is external: it is the claim "my-vol" here, since Kubernetes takes no such name; make the claim "my-vol" before the pod, or correct claimName',
      '5:9: the volume "two" is external: its claim has to be there; make the claim "two" before the pod, or correct claimName',
      '6:11: the driver rexray is not supported in a pod; set storageClassName of its claim',
      '6:27: driver_opts of a volume are not supported in a pod; bind its claim to a volume of that kind, such as nfs or hostPath',
    ],
  },
  {
    title: 'ports of this machine alone',
    file: ['services:', '  a: {image: x, ports: ["127.0.0.1:3000:80"]}'],
    told: [
      '2:25: service "a": port 3000 is published for this machine alone, so the Service leaves it out; reach it by kubectl port-forward, or publish it for all',
    ],
  },
  {
    title: 'a wait for the health of a service that has no healthcheck',
    file: [
      'services:',
      '  a: {image: x, depends_on: {b: {condition: service_healthy}, c: {condition: service_healthy}}}',
      '  b: {image: x}',
      '  c: {image: x, healthcheck: {test: ["CMD", "ok"]}}',
    ],
    told: [
      '2:30: service "a": it waits until "b" is healthy, which has no healthcheck in this file; give "b" a healthcheck; without one it counts as ready once it has started',
    ],
  },
  {
    title: 'an image that no registry has',
    file: ['services:', '  a: {image: "apache/airflow:|version|"}'],
    told: [
      '2:7: service "a": image "apache/airflow:|version|" is not of the form [host[:port]/]name[:tag][@digest]; correct it; Kubernetes does not pull it',
    ],
  },
  {
    title: 'a secret whose file is not there',
    file: ['services: {a: {image: x, secrets: [db-password]}}', 'secrets: {db-password: {file: db/password.txt}}'],
    told: [
      '1:36: service "a": the file db/password.txt is not there; make the Secret "shop-db-password" with the key "db-password" before the pod',
    ],
  },
  {
    title: 'variables that are not set are told once each, with the number of places',
    file: [
      'services:',
      '  a: {image: x, command: ["$NO", "${NO}x", "$OTHER"], environment: [MISS]}',
      '  b: {image: x, command: ["$NO"], environment: {MISS: }}',
    ],
    told: [
      '2:27: the variable NO is not set: it is empty here (the first of 3 places); set it in the environment or in .env, or give it a default: ${NO:-default}',
      '2:44: the variable OTHER is not set: it is empty here; set it in the environment or in .env, or give it a default: ${OTHER:-default}',
      '2:69: services "a", "b": the variable MISS has no value in the file, and is not set here (the first of 2 places); set it in the environment or in .env; it is left out',
    ],
  },
  {
    title: 'a container_name that is no host name is told where somebody uses it',
    file: [
      'services:',
      '  a: {image: x, container_name: my_a, environment: {OWN: /srv/my_a_x}}',
      '  b: {image: x, container_name: my_b}',
      '  c: {image: x, environment: {URL: "http://my_b:80"}}',
    ],
    told: [
      '3:17: service "b": "my_b" is not a valid host name in Kubernetes, so other containers cannot use it; use localhost, or a name of letters, digits and -',
    ],
  },
  {
    title: 'users and groups that only the image knows',
    file: ['services:', '  a: {image: x, user: postgres}', '  b: {image: x, user: "1000:docker"}'],
    told: [
      '2:17: service "a": user postgres is a name that only the image defines; write its numbers, such as 1000:1000; without them the user of the image is used',
      '3:17: service "b": group docker is a name that only the image defines; write its number, such as 1000; without it the group is left out',
    ],
  },
]

for (const { title, file, told, containers } of ROWS) {
  test(title, async (t) => {
    const place = openPlace(t)
    place.write('compose.yaml', `${file.join('\n')}\n`)
    const { exitCode, stdout, stderr } = await place.run(['compose.yaml'])
    t.is(exitCode, 0, stderr)
    t.deepEqual(
      stderr.split('\n').filter((line) => line !== ''),
      told.map((line) => `podorder: note: compose.yaml:${line}`),
    )
    if (containers === undefined) return
    const named = containersOf(stdout).map(({ name, restartPolicy }) => [name, restartPolicy].filter(Boolean).join(' '))
    t.deepEqual(named, containers)
  })
}

test('root has the number 0 in every image', async (t) => {
  const file =
    'services: {a: {image: x, user: root}, b: {image: x, user: "root:root"}, c: {image: x, user: "1000:root"}, d: {image: x, user: "5:"}}'
  const { stdout } = await openPlace(t).run(['-', '--strict'], file)
  t.deepEqual(
    containersOf(stdout).map(({ securityContext }) => securityContext),
    [
      { runAsUser: 0, runAsGroup: 0 },
      { runAsUser: 0, runAsGroup: 0 },
      { runAsUser: 1000, runAsGroup: 0 },
      { runAsUser: 5 },
    ],
  )
})

test('a profile that is chosen takes the place of the empty one; so does COMPOSE_PROFILES in .env', async (t) => {
  const place = openPlace(t)
  place.write('compose.yaml', 'services: {a: {image: x, profiles: [""]}, b: {image: x, profiles: [p]}, c: {image: x}}')
  const namesOf = (stdout: string): readonly unknown[] => containersOf(stdout).map(({ name }) => name)
  t.deepEqual(namesOf((await place.run(['compose.yaml'])).stdout), ['a', 'c'])
  t.deepEqual(namesOf((await place.run(['compose.yaml', '--profile', 'p'])).stdout), ['b', 'c'])
  place.write('.env', 'COMPOSE_PROFILES=p')
  t.deepEqual(namesOf((await place.run(['compose.yaml'])).stdout), ['b', 'c'])
})

test('services that wait for each other are refused, and named', async (t) => {
  const file = [
    'services:',
    '  a: {image: x, depends_on: [b]}',
    '  b: {image: x, depends_on: [c]}',
    '  c: {image: x, links: [a]}',
  ].join('\n')
  const { exitCode, stdout, stderr } = await openPlace(t).run(['-'], file)
  t.deepEqual([exitCode, stdout], [2, ''])
  t.is(
    stderr,
    'stdin:2:17: service "a": it waits for "b", which waits for "c", which waits for "a": none of them can start; remove one of these depends_on',
  )
})

test('a variable that is required is told once, with what the file says of it', async (t) => {
  const file = 'services: {a: {image: x, command: ["${NO:?say it}", "${NO:?say it}"]}}'
  const { exitCode, stderr } = await openPlace(t).run(['-'], file)
  t.is(exitCode, 2)
  t.is(
    stderr,
    'stdin:1:36: the variable NO is not set, and the file requires it: "say it" (the first of 2 places); set NO in the environment or in .env',
  )
})

test('a port of this machine alone is not in the Service', async (t) => {
  const { stdout } = await openPlace(t).run(['-'], 'services: {a: {image: x, ports: ["127.0.0.1:3000:80"]}}')
  t.deepEqual(
    documentsOf(stdout).map(({ kind }) => kind),
    ['Pod'],
  )
  t.like(specOf(stdout), { containers: [{ ports: [{ containerPort: 80 }] }] })
})
