/** The shape of the fields of Cloud Run that are read. Source: Cloud Run YAML reference. */
import type { Fields, Shape } from './compose-shapes.ts'

const OPEN: Shape = { open: true }
const TEXT: Shape = { word: 'text' }
const NUMBER: Shape = { word: 'number' }
const TEXTS: Shape = { items: TEXT }
const MAP: Shape = { values: OPEN }

/** A map of these keys, and others that Google Cloud may add. */
const mapOf = (fields: Fields): Shape => ({ fields, values: OPEN })
const listOf = (fields: Fields): Shape => ({ items: mapOf(fields) })

const PROBE = mapOf({
  ...{ initialDelaySeconds: NUMBER, periodSeconds: NUMBER, timeoutSeconds: NUMBER, failureThreshold: NUMBER },
  httpGet: mapOf({ path: TEXT, port: NUMBER, httpHeaders: listOf({ name: TEXT, value: TEXT }) }),
  tcpSocket: mapOf({ port: NUMBER }),
  grpc: mapOf({ port: NUMBER, service: TEXT }),
})

const CONTAINER: Fields = {
  ...{ name: TEXT, image: TEXT, workingDir: TEXT, command: TEXTS, args: TEXTS },
  env: listOf({ name: TEXT, value: TEXT, valueFrom: MAP }),
  ports: listOf({ name: TEXT, containerPort: NUMBER }),
  resources: mapOf({ limits: { values: TEXT }, requests: { values: TEXT } }),
  volumeMounts: listOf({ name: TEXT, mountPath: TEXT }),
  ...{ startupProbe: PROBE, livenessProbe: PROBE, readinessProbe: PROBE },
}

/** Fields of the pod of a service, job or worker pool. */
export const CLOUD_RUN_SHAPES: Fields = {
  containers: listOf(CONTAINER),
  volumes: listOf({
    name: TEXT,
    secret: mapOf({ secretName: TEXT, items: listOf({ key: TEXT, path: TEXT }) }),
    emptyDir: mapOf({ medium: TEXT, sizeLimit: TEXT }),
    csi: mapOf({ driver: TEXT, volumeAttributes: MAP }),
    nfs: mapOf({ server: TEXT, path: TEXT }),
  }),
}
