/** The shape of the fields of Cloud Run that are read. Source: Cloud Run YAML reference. */
import { type Fields, MAP, NUMBER, openListOf, openMapOf, TEXT, TEXTS } from './shape.ts'

const PROBE = openMapOf({
  ...{ initialDelaySeconds: NUMBER, periodSeconds: NUMBER, timeoutSeconds: NUMBER, failureThreshold: NUMBER },
  httpGet: openMapOf({ path: TEXT, port: NUMBER, httpHeaders: openListOf({ name: TEXT, value: TEXT }) }),
  tcpSocket: openMapOf({ port: NUMBER }),
  grpc: openMapOf({ port: NUMBER, service: TEXT }),
})

const CONTAINER: Fields = {
  ...{ name: TEXT, image: TEXT, workingDir: TEXT, command: TEXTS, args: TEXTS },
  env: openListOf({ name: TEXT, value: TEXT, valueFrom: MAP }),
  ports: openListOf({ name: TEXT, containerPort: NUMBER }),
  resources: openMapOf({ limits: { values: TEXT }, requests: { values: TEXT } }),
  volumeMounts: openListOf({ name: TEXT, mountPath: TEXT }),
  ...{ startupProbe: PROBE, livenessProbe: PROBE, readinessProbe: PROBE },
}

/** Fields of the pod of a service, job or worker pool. */
export const CLOUD_RUN_SHAPES: Fields = {
  containers: openListOf(CONTAINER),
  volumes: openListOf({
    name: TEXT,
    secret: openMapOf({ secretName: TEXT, items: openListOf({ key: TEXT, path: TEXT }) }),
    emptyDir: openMapOf({ medium: TEXT, sizeLimit: TEXT }),
    csi: openMapOf({ driver: TEXT, volumeAttributes: MAP }),
    nfs: openMapOf({ server: TEXT, path: TEXT }),
  }),
}
