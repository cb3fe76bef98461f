/** What is told of pods that a real Kubernetes has shown. */
import test from 'ava'
import { fieldOf, listOf, textOf } from '../../src/pod/api-object.ts'
import { explain, print, readRecordedPods } from '../support/explained.ts'

const pods = readRecordedPods()

test('of every recorded pod each container is told once, in words that make sense, and nothing throws', (t) => {
  t.true(pods.length > 200)
  for (const { name, pod } of pods) {
    const explanation = explain(pod, '2026-11-21T23:00:00Z')
    const names = ['initContainers', 'containers'].flatMap((list) =>
      listOf(pod, 'spec', list).map((container) => textOf(container, 'name')),
    )
    t.deepEqual(explanation.containers.map((finding) => finding.name).toSorted(), names.toSorted(), name)
    const text = print(explanation)
    t.notRegex(text, /undefined|NaN|null|\[object|Invalid| {2}after|-\d+s|\( |\(\)|: :|\bit it\b/, `${name}: ${text}`)
    for (const { message } of explanation.containers) t.regex(message, /^[a-z][^\n\p{Cc}]*\S$/u, `${name}: ${message}`)
  }
})

/** Below the head of each of them. */
const UNORDERED = '  podorder has not ordered it: its annotations have no order\n'

interface Row {
  readonly pod: string
  readonly now: string
  readonly text: string
}

const ROWS: readonly Row[] = [
  {
    pod: 'pod-unschedulable-then-deleted 1',
    now: '2026-11-21T04:49:29Z',
    text: `pod rec/unsched is pending: 1 waiting

root cause
  (pod)  the pod cannot be scheduled: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling..
         > kubectl describe pod unsched -n rec

because of it
  main   has not been created, since no node has the pod
`,
  },
  {
    pod: 'pod-init-container-fails-restartPolicy-Never 5',
    now: '2026-11-21T05:12:00Z',
    text: `pod rec/initfail has failed: prep did, 2 containers because of it

root cause
  prep   ended with exit code 7 after 1s
         > kubectl logs initfail -n rec -c prep

because of it
  prep2  was never created
  main   was never created
`,
  },
  {
    pod: 'pod-ErrImageNeverPull 3',
    now: '2026-11-21T04:50:00Z',
    text: `pod rec/noimage is pending: 1 container in trouble, 1 fine

root cause
  bad   its image localhost/none:1 is not on the node, and imagePullPolicy is Never (ErrImageNeverPull): Container image "localhost/none:1" is not present with pull policy of Never
        > put the image on the node, or give bad another imagePullPolicy
        > kubectl describe pod noimage -n rec

fine
  main  runs for 30s
`,
  },
  {
    pod: 'pod-command-not-found-and-missing-configmap 3',
    now: '2026-11-21T04:49:38Z',
    text: `pod rec/badcmd is pending: 2 containers in trouble

root cause
  notfound  could not be started (StartError): failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/binary": stat /no/such/binary: no such file or directory: unknown
            > correct its command, or its image localhost/bb:1
            > kubectl describe pod badcmd -n rec
  cfg       cannot be created (CreateContainerConfigError): configmap "missing" not found
            > make the configmap, or correct its name: kubectl get configmap missing -n rec
            > kubectl describe pod badcmd -n rec
`,
  },
  {
    pod: 'pod-readinessProbe-false-true-false-true 5',
    now: '2026-11-21T05:12:00Z',
    text: `pod rec/readiness is running: 1 container in trouble, 1 fine

root cause
  web   runs for 9s, but is not ready: its readinessProbe decides (exec /bin/cat /tmp-ok, asked every 1s)
        > kubectl logs readiness -n rec -c web
        > kubectl describe pod readiness -n rec

fine
  side  runs for 9s
`,
  },
  {
    pod: 'pod-startupProbe-and-livenessProbe-kill 3',
    now: '2026-11-21T05:12:13Z',
    text: `pod rec/startup is running: 1 container in trouble

root cause
  web  runs for 2s, but is not ready: its startupProbe decides (exec /bin/cat /tmp-ok, asked every 1s); when it has failed too often, the container is started again
       > kubectl logs startup -n rec -c web
       > kubectl describe pod startup -n rec
`,
  },
  {
    pod: 'pod-ANOMALY-status-of-its-predecessor 11',
    now: '2026-11-21T05:33:00Z',
    text: `pod rec/freuse1 is running: 1 waiting

root cause
  (pod)  its status is of an earlier pod of the same name: it began before this one was made
         > delete it, and create it again

because of it
  main   ended with exit code 137, if that is its own status
`,
  },
  {
    pod: 'pod-deletion-SIGTERM-all-containers-grace-8s 4',
    now: '2026-11-21T05:28:38Z',
    text: `pod rec/k-term is being deleted, for 3s now (it was running): it is killed in 5s at the latest

in progress
  prompt                   is stopping: it was told to with the pod, and has 8s for it
  slow                     is stopping: it was told to with the pod, and has 8s for it
  prestop                  is stopping: it was told to with the pod, and has 8s for it
  deaf                     is stopping: it was told to with the pod, and has 8s for it
  pid1-shell-without-trap  is stopping: it was told to with the pod, and has 8s for it
  pid1-exec-sleep          is stopping: it was told to with the pod, and has 8s for it
`,
  },
  {
    pod: 'pod-deletion-SIGTERM-all-containers-grace-8s 5',
    now: '2026-11-21T05:28:45Z',
    text: `pod rec/k-term has failed, since it was deleted

stopped
  slow                     was stopped with the pod (exit code 3)
  deaf                     was stopped with the pod (exit code 137)
  pid1-shell-without-trap  was stopped with the pod (exit code 137)
  pid1-exec-sleep          was stopped with the pod (exit code 137)

fine
  prompt                   has completed
  prestop                  has completed
`,
  },
  {
    pod: 'pod-deletion-while-init-container-runs 3',
    now: '2026-11-21T05:29:00Z',
    text: `pod rec/k-waiting is pending: 1 in progress, 2 waiting

in progress
  init      runs for 1s; the containers after it wait for its end
            > kubectl logs k-waiting -n rec -c init

waiting
  one       is created after the init container init (it is running)
  finished  is created after the init container init (it is running)
`,
  },
  {
    pod: 'postStart-fails-restartPolicy-Always 5',
    now: '2026-11-21T05:28:50Z',
    text: `pod rec/k-postfail is running: 1 container in trouble, 1 fine

root cause
  one  keeps failing: the last time it was killed by SIGKILL after 3s (exit code 137); 1 restart, the next start in up to 10s (CrashLoopBackOff)
       > kubectl logs k-postfail -n rec -c one --previous
       > kubectl describe pod k-postfail -n rec

fine
  two  runs for 2m29s
`,
  },
  {
    pod: 'pod-with-finalizer-deleted 6',
    now: '2026-11-21T05:40:00Z',
    text: `pod rec/finalizer has completed: its container ended with exit code 0

root cause
  (pod)  its finalizers keep it: podorder.io/hold; the controllers that set them have to remove them

fine
  main   has completed
`,
  },
  {
    pod: 'terminationMessage-after-restart-is-in-lastState 4',
    now: '2026-11-21T05:27:39Z',
    text: `pod rec/k-termlast is running: its container is as it should be

fine
  main  runs for 2s, restarted once; before that it ended with exit code 4 at once: first
`,
  },
  {
    pod: 'terminationMessage-6000-bytes-in-each-of-3-containers 5',
    now: '2026-11-21T05:40:00Z',
    text: `pod rec/k-term3 has completed: all 3 containers ended with exit code 0
`,
  },
  {
    pod: 'services-readiness-gate.pod 4',
    now: '2026-11-21T04:52:55Z',
    text: `pod rec/gatesvc is running

root cause
  (pod)  its containers are ready, but the pod is not: a readinessGate is open: corresponding condition of pod readiness gate "podorder.io/complete" does not exist.
         > kubectl describe pod gatesvc -n rec

fine
  web    runs for 7s
`,
  },
  {
    pod: 'pod-1.36-container-restart-policy 5',
    now: '2026-11-29T21:36:12Z',
    text: `pod rec/p is running: 1 container in trouble, 1 fine

root cause
  flaky  ended with exit code 1 at once; the kubelet starts it again
         > kubectl logs p -n rec -c flaky

fine
  other  runs for 0s
`,
  },
  {
    pod: 'pod-1.36-restart-rule 4',
    now: '2026-11-29T21:36:30Z',
    text: `pod rec/p is running: 1 container in trouble, 1 fine

root cause
  flaky  ended with exit code 42 at once; a rule of its restartPolicyRules starts it again
         > kubectl logs p -n rec -c flaky

fine
  other  runs for 2s
`,
  },
  {
    pod: 'pod-1.36-always-pod-with-a-never-container 6',
    now: '2026-11-29T21:37:35Z',
    text: `pod rec/p is running: both containers are as they should be
  it is not ready, and never will be again: once has ended for good, so Services send it no traffic, and rollouts do not count it
  if others need it, take the restartPolicy of once away: podorder holds a container that others wait for as completed

fine
  once  has completed
  srv   runs for 5s
`,
  },
  {
    pod: 'pod-1.36-native-sidecar 11',
    now: '2026-11-29T21:37:20Z',
    text: `pod rec/p is running: all 3 containers are as they should be

fine
  side  was stopped after the others had ended
  init  has completed
  main  has completed
`,
  },
  {
    pod: 'pod-1.36-restart-all-containers 6',
    now: '2026-11-29T21:36:48Z',
    text: `pod rec/p is running: 1 container in trouble, 3 fine
  all its containers are stopped and start anew: a rule of restartPolicyRules says RestartAllContainers

root cause
  worker  ended with exit code 42 after 1s; a rule of its restartPolicyRules starts all containers of the pod anew
          > kubectl logs p -n rec -c worker

fine
  init    has completed
  done    has completed
  long    runs for 0s
`,
  },
  {
    pod: 'pod-1.36-restart-all-containers 7',
    now: '2026-11-29T21:36:50Z',
    text: `pod rec/p is running: 1 in progress, 3 waiting

in progress
  init    is being created anew, with all containers of the pod (RestartAllContainers)
          > kubectl describe pod p -n rec

waiting
  worker  is created after the init container init (it has not been created yet)
  done    is created after the init container init (it has not been created yet)
  long    is created after the init container init (it has not been created yet)
`,
  },
  {
    pod: 'pod-1.36-restart-all-containers 10',
    now: '2026-11-29T21:36:53Z',
    text: `pod rec/p is running: all 4 containers are as they should be

fine
  init    has completed, restarted once; before that it was removed, since all containers of the pod started anew (RestartAllContainers)
  worker  has completed, restarted once; before that it was removed, since all containers of the pod started anew (RestartAllContainers)
  done    has completed, restarted once; before that it was removed, since all containers of the pod started anew (RestartAllContainers)
  long    runs for 1s, restarted once; before that it was removed, since all containers of the pod started anew (RestartAllContainers)
`,
  },
]

for (const { pod: name, now, text } of ROWS) {
  test(name, (t) => {
    const found = pods.find((recorded) => recorded.name === name)
    t.is(print(explain(found?.pod, now)).replace(UNORDERED, ''), text)
  })
}

test('a pod that is over well says so, and nothing more', (t) => {
  const over = pods.filter(
    ({ pod }) => fieldOf(pod, 'status', 'phase') === 'Succeeded' && listOf(pod, 'metadata', 'finalizers').length === 0,
  )
  t.true(over.length > 5)
  for (const { name, pod } of over) {
    const lines = print(explain(pod)).trimEnd().split('\n')
    t.regex(
      lines[0] ?? '',
      / has completed: (?:its container|both containers|all \d+ containers) ended with exit code 0$/,
      name,
    )
    t.is(lines.length, 1, name)
  }
})
