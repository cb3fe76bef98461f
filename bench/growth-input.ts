/** The input for measurements of growth: orders, a pod that hangs, a run that has ended. */

/** Writes a pod in which each container waits for the one before it and for the first. */
export function writeLong(count: number): string {
  return writeOrdered(count, (index) => (index > 1 ? [0, index - 1] : [0]))
}

/** Writes a pod in which each container waits for the one before it and for the one at half its number. */
export function writeHalves(count: number): string {
  return writeOrdered(count, halvesOf)
}

function halvesOf(index: number): readonly number[] {
  return [...new Set([Math.floor(index / 2), index - 1])]
}

function writeOrdered(count: number, targetsOf: (index: number) => readonly number[]): string {
  const names = nameAll(count)
  const order = names.slice(1).map((name, index) => {
    const targets = targetsOf(index + 1).map((target) => `c${target}: completed`)
    return `      ${name}: {${targets.join(', ')}}\n`
  })
  const containers = names.map((name) => `    - {name: ${name}, image: busybox, command: ['true']}\n`)
  const head = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: order\n  annotations:\n    podorder.io/depends-on: |\n'
  return `${head}${order.join('')}spec:\n  restartPolicy: Never\n  containers:\n${containers.join('')}`
}

/**
 * Writes a compose file in which each service waits for the one before it and for the one at half its number. A service is healthy when
 * its port is open.
 */
export function writeCompose(count: number): string {
  const services = nameAll(count).map((name, index) => {
    const depends =
      index === 0 ? [] : halvesOf(index).map((target) => `      c${target}: {condition: service_healthy}\n`)
    return [
      `  ${name}:\n    image: example/server:1\n    command: ["/server", "--port", "${10_000 + index}"]\n`,
      `    environment:\n      PORT: "${10_000 + index}"\n    expose: ["${10_000 + index}"]\n`,
      `    healthcheck: {test: ["CMD", "/server", "check"], interval: 5s}\n    restart: always\n`,
      ...(depends.length === 0 ? [] : ['    depends_on:\n', ...depends]),
    ].join('')
  })
  return `services:\n${services.join('')}`
}

const MOMENT = Date.parse('2026-03-01T12:00:00Z')
const at = (ms: number): string => new Date(MOMENT + ms).toISOString()

/** Writes a pod as the API server returns it. Its first container is not ready, so that all others wait, each for two containers. */
export function writeHung(count: number): string {
  const names = nameAll(count)
  const containers = names.map((name, index) => {
    const waits = index === 0 ? [] : halvesOf(index).map((target) => `--wait-file=/podorder/run/c${target}/ready`)
    const args = ['--run-dir=/podorder/run', `--name=${name}`, ...waits, '--', '/server']
    const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 5 }
    return { name, image: 'example/server:1', command: ['/podorder/bin/entrypoint'], args, readinessProbe }
  })
  const containerStatuses = names.map((name) => ({
    name,
    ready: false,
    started: true,
    restartCount: 0,
    image: 'example/server:1',
    imageID: '',
    state: { running: { startedAt: at(0) } },
  }))
  const order = Object.fromEntries(
    names
      .slice(1)
      .map((name, index) => [name, Object.fromEntries(halvesOf(index + 1).map((target) => [`c${target}`, 'ready']))]),
  )
  const annotations = {
    'podorder.io/depends-on': JSON.stringify(order),
    'podorder.io/original': JSON.stringify({
      containers: Object.fromEntries(names.map((name) => [name, { command: 1 }])),
    }),
  }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'hung', namespace: 'default', uid: 'u', annotations, creationTimestamp: at(0) },
    spec: { containers },
    status: { phase: 'Running', startTime: at(0), containerStatuses },
  })
}

/** Writes the output of `podorder run --json` for containers that each wait for two others, run and end. */
export function writeRun(count: number): string {
  const events: object[] = [
    { at: at(0), event: 'pod', phase: 'Pending', name: 'order', containers: nameAll(count) },
    { at: at(0), event: 'pod', phase: 'Running' },
  ]
  for (const [index, container] of nameAll(count).entries()) {
    const waitingFor = index === 0 ? [] : halvesOf(index).map((target) => `c${target}/completed`)
    const begin = 1000 + 100 * index
    if (index > 0) events.push({ at: at(10 + index), event: 'waiting', container, waitingFor })
    const waitedFor = waitingFor.at(-1)
    events.push(
      { at: at(begin), event: 'started', container, pid: 1000 + index, waitedFor, since: at(5) },
      { at: at(begin + 5), event: 'ready', container, measured: false },
      { at: at(begin + 20), event: 'output', container, stream: 'stdout', line: 'done' },
      { at: at(begin + 90), event: 'ended', container, exitCode: 0, reason: 'Completed' },
    )
  }
  events.push({ at: at(1000 + 100 * count), event: 'pod', phase: 'Succeeded' })
  return events.map((event) => `${JSON.stringify(event)}\n`).join('')
}

function nameAll(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `c${index}`)
}
