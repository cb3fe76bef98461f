/** The shape of the keys of an ECS task definition that are read. Source: Amazon ECS API reference, RegisterTaskDefinition. */
import type { Fields, Shape } from './compose-shapes.ts'

const OPEN: Shape = { open: true }
const TEXT: Shape = { word: 'text' }
const NUMBER: Shape = { word: 'number' }
const BOOLEAN: Shape = { word: 'boolean' }
const TEXTS: Shape = { items: TEXT }

/** A map of these keys, and others that AWS may add. */
const mapOf = (fields: Fields): Shape => ({ fields, values: OPEN })
const listOf = (fields: Fields): Shape => ({ items: mapOf(fields) })

export const ECS_TASK_SHAPES: Fields = {
  family: TEXT,
  networkMode: TEXT,
  pidMode: TEXT,
  containerDefinitions: listOf({}),
  volumes: listOf({ name: TEXT, host: mapOf({ sourcePath: TEXT }), configuredAtLaunch: BOOLEAN }),
  runtimePlatform: mapOf({ cpuArchitecture: TEXT, operatingSystemFamily: TEXT }),
}

export const ECS_CONTAINER_SHAPES: Fields = {
  ...{ name: TEXT, image: TEXT, user: TEXT, workingDirectory: TEXT, command: TEXTS, entryPoint: TEXTS },
  ...{ cpu: NUMBER, memory: NUMBER, memoryReservation: NUMBER, startTimeout: NUMBER, stopTimeout: NUMBER },
  ...{ essential: BOOLEAN, interactive: BOOLEAN, pseudoTerminal: BOOLEAN, privileged: BOOLEAN },
  readonlyRootFilesystem: BOOLEAN,
  dependsOn: listOf({ containerName: TEXT, condition: TEXT }),
  environment: listOf({ name: TEXT, value: TEXT }),
  healthCheck: mapOf({ command: TEXTS, interval: NUMBER, timeout: NUMBER, retries: NUMBER, startPeriod: NUMBER }),
  linuxParameters: mapOf({ capabilities: mapOf({ add: TEXTS, drop: TEXTS }), sharedMemorySize: NUMBER }),
  mountPoints: listOf({ sourceVolume: TEXT, containerPath: TEXT, readOnly: BOOLEAN }),
  portMappings: listOf({ containerPort: NUMBER, hostPort: NUMBER, containerPortRange: TEXT, protocol: TEXT }),
  restartPolicy: mapOf({ enabled: BOOLEAN }),
  secrets: listOf({ name: TEXT, valueFrom: TEXT }),
  volumesFrom: listOf({ sourceContainer: TEXT, readOnly: BOOLEAN }),
}
