/** Manifests for tests that run `podorder inject`. */

/** Writes a pod of two containers, the second of which waits for the first. A rewrite must keep every line. */
export function writeManifest(name = 'shop'): string {
  return `# The shop.
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  annotations:
    podorder.io/depends-on: "web: {db: ready}"
spec:
  containers:
    - name: db
      image: postgres:16 # pinned
      command: [postgres]
    - name: web
      image: example/web:1
      command: [/web]
`
}

/** Writes a pod in which each container starts after the one before it has completed. */
export function writeSteps(count: number): string {
  const containers = Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(5, '0')
    return `    - name: step-${number}\n      image: busybox:1.36\n      command: [sh, -c]\n      args:\n        - echo ${number}\n`
  })
  const head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: steps\n  annotations:\n    podorder.io/steps: '*'\n"
  return `${head}spec:\n  restartPolicy: Never\n  containers:\n${containers.join('')}`
}

/** Writes documents that each have a pod of two containers. */
export function writePods(count: number): string {
  return Array.from({ length: count }, (_, index) => writeManifest(`shop-${index}`)).join('---\n')
}

/** Writes a pod of servers. Each has its own probe, and starts when the one before it is ready. */
export function writeServers(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `server-${String(index).padStart(5, '0')}`)
  const order = names.slice(1).map((name, index) => `      ${name}: ${names[index]}\n`)
  const containers = names.map(
    (name) => `    - name: ${name}
      image: example/server:1
      command: [/server]
      readinessProbe:
        httpGet: {port: 8080, path: /ready}
      livenessProbe:
        httpGet: {port: 8080, path: /live}
`,
  )
  const head = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: servers\n  annotations:\n    podorder.io/depends-on: |\n'
  return `${head}${order.join('')}spec:\n  containers:\n${containers.join('')}`
}
