/** The shape of the keys of an ECS task definition that are read. Source: Amazon ECS API reference, RegisterTaskDefinition. */
import { BOOLEAN, type Fields, NUMBER, openListOf, openMapOf, TEXT, TEXTS } from './shape.ts'

export const ECS_TASK_SHAPES: Fields = {
  family: TEXT,
  networkMode: TEXT,
  pidMode: TEXT,
  containerDefinitions: openListOf({}),
  volumes: openListOf({ name: TEXT, host: openMapOf({ sourcePath: TEXT }), configuredAtLaunch: BOOLEAN }),
  runtimePlatform: openMapOf({ cpuArchitecture: TEXT, operatingSystemFamily: TEXT }),
}

export const ECS_CONTAINER_SHAPES: Fields = {
  ...{ name: TEXT, image: TEXT, user: TEXT, workingDirectory: TEXT, command: TEXTS, entryPoint: TEXTS },
  ...{ cpu: NUMBER, memory: NUMBER, memoryReservation: NUMBER, startTimeout: NUMBER, stopTimeout: NUMBER },
  ...{ essential: BOOLEAN, interactive: BOOLEAN, pseudoTerminal: BOOLEAN, privileged: BOOLEAN },
  readonlyRootFilesystem: BOOLEAN,
  dependsOn: openListOf({ containerName: TEXT, condition: TEXT }),
  environment: openListOf({ name: TEXT, value: TEXT }),
  healthCheck: openMapOf({ command: TEXTS, interval: NUMBER, timeout: NUMBER, retries: NUMBER, startPeriod: NUMBER }),
  linuxParameters: openMapOf({ capabilities: openMapOf({ add: TEXTS, drop: TEXTS }), sharedMemorySize: NUMBER }),
  mountPoints: openListOf({ sourceVolume: TEXT, containerPath: TEXT, readOnly: BOOLEAN }),
  portMappings: openListOf({ containerPort: NUMBER, hostPort: NUMBER, containerPortRange: TEXT, protocol: TEXT }),
  restartPolicy: openMapOf({ enabled: BOOLEAN }),
  secrets: openListOf({ name: TEXT, valueFrom: TEXT }),
  volumesFrom: openListOf({ sourceContainer: TEXT, readOnly: BOOLEAN }),
}
