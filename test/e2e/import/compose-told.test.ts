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
    title: 'keys of a service that are not converted',
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
      '13:12: service "a": mode=1777 of a tmpfs is not converted; an empty directory in memory takes a size only, and is open to all users',
      '6:5: service "a": platform is not converted; set nodeSelector of the pod, such as kubernetes.io/arch: arm64',
      '7:5: service "a": mac_address is not converted; the network of the cluster gives the pod its address',
      '8:5: service "a": init is not converted; set shareProcessNamespace: true of the pod if the command does not reap its children',
      '12:14: service "a": deploy.mode is not converted; use a DaemonSet for one pod on each node, or a Job',
      '12:28: service "a": deploy.placement is not converted; set nodeSelector or affinity of the pod',
      '4:5: service "a": pid host is not converted; set hostPID: true of the pod, if it has to be',
      '5:5: service "a": ipc host is not converted; set hostIPC: true of the pod, if it has to be',
      '11:23: service "a": ipv4_address is not converted; the network of the cluster gives the pod its address; call it by name',
      '15:19: services "a", "b": the network "back" is internal, and a pod is not; write a NetworkPolicy for the pod',
    ],
  },
  {
    title: 'what docker compose drops of a command, and an entrypoint that takes the image’s away',
    file: [
      'services:',
      '  a: {image: x, command: run a && run b}',
      '  b: {image: x, entrypoint: [], command: ["&&"]}',
      '  c: {image: x, entrypoint: ""}',
    ],
    told: [
      '2:17: service "a": docker compose runs no shell: it drops "&& run b" from command; so it is dropped here; write command: ["sh", "-c", "…"] to have a shell',
      '4:17: service "c": an empty entrypoint runs the image’s CMD alone, which is not known here; write it as the command; the image’s ENTRYPOINT is kept',
    ],
  },
  {
    title: 'deploy.restart_policy counts before restart, and is any where it says no condition',
    file: [
      'services:',
      '  a: {image: x, restart: always, deploy: {restart_policy: {condition: on-failure, max_attempts: 3, window: 1m}}}',
      '  b: {image: x, restart: "no", deploy: {restart_policy: {delay: 5s}}}',
      '  c: {image: x, restart: always, deploy: {restart_policy: {condition: none, max_attempts: 3}}}',
      '  d: {image: x, restart: "on-failure:5"}',
    ],
    told: [
      '2:83: service "a": Kubernetes does not count attempts: it restarts more than 3 times; set backoffLimit of a Job',
      '5:17: service "d": Kubernetes does not count attempts: it restarts more than 5 times; set backoffLimit of a Job',
    ],
    containers: ['a OnFailure', 'b', 'c Never', 'd OnFailure'],
  },
  {
    title: 'variables that are not set within images, volumes and users',
    file: [
      'services:',
      '  a: {image: "x:${NO}", volumes: ["${NO}:/one", "${NO}:/two", {type: bind, source: "${NO}", target: /three}], user: "${NO}:${NO}"}',
      '  b: {image: "${NO}/y"}',
      '  c: {image: "${NO}:1-c", build: .}',
    ],
    told: [
      '2:14: the variable NO is not set: it is empty here (the first of 7 places); set it in the environment or in .env, or give it a default: ${NO:-default}',
      ...['2:35: service "a": what is mounted at /one', '2:49: service "a": what is mounted at /two', '2:63: service "a": what is mounted at /three'].map((what) => `${what} has no name; name it, or set its variable in the environment or in .env; it is an empty directory of its own here`), // prettier-ignore
      '2:7: service "a": image "x:" is not of the form [host[:port]/]name[:tag][@digest]; "x" is written; correct it',
      '3:7: service "b": image "/y" is not of the form [host[:port]/]name[:tag][@digest]; "y" is written; correct it',
      '4:27: service "c": image ":1-c" is not of the form [host[:port]/]name[:tag][@digest]: shop-c is written; set image: to the name that you push it under',
    ],
  },
  {
    title: 'variables that are not set where a port or a mount stands',
    file: [
      'services:',
      '  a: {image: x, ports: ["${NO}:${NO}", "127.0.0.1:${NO}:${NO}/udp", "${NO}:80"], expose: ["${NO}"], shm_size: "${NO}"}',
      '  b: {image: x, volumes: ["./x:${NO}"], tmpfs: ["${NO}:size=1m"]}',
    ],
    told: [
      '2:25: the variable NO is not set: it is empty here (the first of 7 places); set it in the environment or in .env, or give it a default: ${NO:-default}',
      ...['2:25: service "a": the port ":"', '2:40: service "a": the port "127.0.0.1::/udp"', '2:91: service "a": the port ""'].map((what) => `${what} has no number; set its variable in the environment or in .env; it is left out`), // prettier-ignore
      '3:27: service "b": nothing says where "./x" is mounted; write it, or set its variable in the environment or in .env; the mount is left out',
    ],
  },
  {
    title: 'addresses, groups, kernel parameters and annotations that a pod does not take',
    file: [
      'services:',
      '  a: {image: x, extra_hosts: ["a1:", "b1=[::1]", "c1:other", "d1:host-gateway", "e_1:10.0.0.1"], dns: [1.1.1.1, 1.1.1.2, name, 1.1.1.3, 1.1.1.4]}',
      '  b: {image: x, group_add: [video, 44], sysctls: {net.core.somaxconn: 1}, annotations: {"a/b/c": d}}',
      '  c: {image: x, group_add: [44], sysctls: [net.core.somaxconn=1, net.ipv4.tcp_syncookies=0]}',
      '  d: {image: x, sysctls: [net.core.somaxconn=2]}',
    ],
    told: [
      '3:89: service "b": "a/b/c" is not a valid annotation name in Kubernetes; rename it; it is left out',
      '2:31: service "a": the host "a1" has no address; give it one; it is left out',
      '2:50: service "a": "other" is not an IP address of the host "c1"; give it one; it is left out',
      '2:62: service "a": the host "d1" is the machine that docker runs on; a pod does not know it; it is left out',
      '2:81: service "a": "e_1" is not a valid host name in Kubernetes; it is left out',
      '2:122: service "a": the server "name" for names is not an IP address; it is left out',
      '2:137: service "a": a pod has no more than 3 servers for names: 1.1.1.4 is one more; it is left out',
      '3:29: service "b": group video is a name, which only the image knows; write its number, such as 44',
      '5:27: service "d": net.core.somaxconn is 1 for another service, and a pod has one value; give both the same value; the first one is written',
    ],
  },
  {
    title: 'mounts that stand twice, and those of containers that are not in the pod',
    file: [
      'services:',
      '  a: {image: x, volumes_from: ["container:old", b], volumes: ["one:/1", "two:/1", "three:/c"], configs: [{source: c, target: /c}], pid: "container:old"}',
      '  b: {image: x, volumes: ["one:/1"]}',
      'volumes: {one: , two: , three: }',
      'configs: {c: {content: c}}',
    ],
    told: [
      '2:53: service "a": "/c" is mounted more than once; the first of them counts; remove the others',
      '2:32: service "a": the volumes of the container old are not in this pod; they are left out',
      '2:132: service "a": pid container:old is of a container that is not in this pod; it is left out',
    ],
  },
  {
    title: 'owners of secrets, and what is asked for beyond its limit',
    file: [
      'services:',
      '  a: {image: x, secrets: [{source: s, uid: "103", gid: "0", mode: 0440}], mem_limit: 1m, mem_reservation: 2m, privileged: true, security_opt: [no-new-privileges]}',
      'secrets: {s: {environment: PATH}}',
    ],
    told: [
      '2:39: service "a": uid of a file is not converted: root owns it; set fsGroup of the pod',
      '2:107: service "a": it asks for more memory than its limit, which Kubernetes does not take; the limit is written; raise it, or ask for less',
      '2:144: service "a": Kubernetes takes no no-new-privileges of a privileged container; choose one of them',
    ],
  },
  {
    title: 'networks that others are in, and those of the machine',
    file: [
      'services:',
      '  a: {image: x, networks: [proxy, lan]}',
      '  b: {image: x, networks: [proxy]}',
      'networks: {proxy: {external: true}, lan: {driver: macvlan}}',
    ],
    told: [
      '4:20: services "a", "b": the network "proxy" is kept outside, and a pod is in no network of docker; call what else is in it by the name of its Service',
      '4:43: service "a": the driver macvlan of the network "lan" is not converted; the network of the cluster gives the pod its address',
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
      '6:11: the driver rexray is not converted; set storageClassName of its claim',
      '6:27: driver_opts of a volume are not converted; bind its claim to a volume of that kind, such as nfs or hostPath',
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
    title: 'many variables that are only named are told once for each service',
    file: [
      'services:',
      '  a: {image: x, environment: [A1, A2, A3, B=b, A4, A5, A6]}',
      '  b: {image: x, environment: {A1: , A2: , A3: , A4: , A5: , A6: , A7: }}',
    ],
    told: [
      '2:31: service "a": 6 variables have no value in the file, and are not set here: A1, A2, A3, A4, A5, …; set those that you need in the environment or in .env; the others are left out',
      '3:31: service "b": 7 variables have no value in the file, and are not set here: A1, A2, A3, A4, A5, …; set those that you need in the environment or in .env; the others are left out',
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

test('no time at all to stop is the least that there is', async (t) => {
  const file = 'services: {a: {image: x, stop_grace_period: 0s, depends_on: [b]}, b: {image: x}}'
  const { stdout } = await openPlace(t).run(['-', '--strict'], file)
  const [pod] = documentsOf(stdout)
  t.like(pod, { metadata: { annotations: { 'podorder.io/options': 'a: {stopGracePeriod: 1ms}\n' } } })
})

test('a container that is not in the order has no options: the pod keeps its time, and its signal is told', async (t) => {
  const file = [
    'services:',
    '  a: {image: x, stop_grace_period: 1m, depends_on: [b]}',
    '  b: {image: x, stop_signal: SIGQUIT}',
    '  c: {image: x, stop_grace_period: 90s, stop_signal: SIGINT}',
  ]
  const place = openPlace(t)
  const { stdout, stderr } = await place.run(['-'], file.join('\n'))
  t.is(
    stderr,
    'podorder: note: stdin:4:41: service "c": stop_signal is not converted for a container that nothing waits for, and that waits for nothing; set STOPSIGNAL in its image',
  )
  const [pod] = documentsOf(stdout)
  t.like(pod, {
    metadata: { annotations: { 'podorder.io/options': 'a: {stopGracePeriod: 1m}\nb: {stopSignal: SIGQUIT}\n' } },
    spec: { terminationGracePeriodSeconds: 160 },
  })
  const alone = await place.run(['-', '--strict'], [file[0], '  c: {image: x, stop_grace_period: 90s}', '  d: {image: x, stop_grace_period: 5s}'].join('\n')) // prettier-ignore
  const [unordered] = documentsOf(alone.stdout)
  t.deepEqual((unordered ?? {})['metadata'], { name: 'compose', labels: { 'app.kubernetes.io/name': 'compose' } })
  t.is(specOf(alone.stdout)['terminationGracePeriodSeconds'], 90)
})

test('a file of variables in the raw format is taken as it is', async (t) => {
  const place = openPlace(t)
  place.write('env', '# c\nA="q $HOME" # d\nB=$$x\nC\n')
  const file = 'services: {a: {image: x, env_file: [{path: env, format: raw}]}}'
  const { stdout } = await place.run(['-', '--strict'], file, { C: 'out' })
  t.like(containersOf(stdout), [
    {
      env: [
        { name: 'A', value: '"q $HOME" # d' },
        { name: 'B', value: '$$$x' },
        { name: 'C', value: 'out' },
      ],
    },
  ])
})
