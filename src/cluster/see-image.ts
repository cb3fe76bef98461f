/** Whether nodes can pull podorder's image, as far as pods tell that have it. Pure. */
import type { JsonObject } from '../base/json-object.ts'
import { version } from '../base/version.ts'
import { count, tidy } from '../base/wording.ts'
import { readTagVersion } from '../image/image-reference.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { CONTROLLER_NAME, INIT_CONTAINER, WEBHOOK_NAME } from '../pod/own.ts'
import { type DoctorFinding, speakOf } from './doctor-finding.ts'

const { ok, warn, fail } = speakOf('image')

interface Seen {
  readonly pod: string
  readonly node: string
  readonly image: string
  /** `ErrImagePull: …`; empty: it waits for nothing of the kind. */
  readonly trouble: string
  /** Whether the image was there: it was pulled. */
  readonly pulled: boolean
}

const TROUBLES = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError']

/** @param pods podorder's own, and those with podorder-init */
export function seeImages(pods: readonly JsonObject[], nodes: number | undefined): readonly DoctorFinding[] {
  const seen = pods.flatMap(listSeen)
  const byImage = Map.groupBy(seen, ({ image }) => image)
  if (byImage.size === 0)
    return [
      {
        about: 'image',
        level: 'unknown',
        what: 'whether nodes can pull podorder is not known: no pod here has it',
        fix: 'create an ordered pod, and ask again',
      },
    ]
  return [...byImage].flatMap(([image, all]) => seeImage(image, all, nodes))
}

function seeImage(image: string, all: readonly Seen[], nodes: number | undefined): readonly DoctorFinding[] {
  const [troubled] = all.filter(({ trouble }) => trouble !== '')
  const has = readTagVersion(image)
  const other =
    has === undefined || has === version
      ? []
      : [warn(`${image} is podorder ${has}, and this is ${version}`, 'update the older of the two')]
  if (troubled !== undefined) {
    const { pod, node, trouble } = troubled
    const local = image.startsWith('localhost/')
      ? 'push it to a registry, and use that name to install and inject'
      : undefined
    const fix = local ?? 'correct its name, or what the nodes need for its registry (imagePullSecrets, a mirror)'
    return [fail(`node ${node} cannot pull ${image} for pod ${pod}: ${trouble}`, fix), ...other]
  }
  const on = new Set(all.filter(({ pulled }) => pulled).map(({ node }) => node))
  if (on.size === 0)
    return [
      {
        about: 'image',
        level: 'unknown',
        what: `whether nodes can pull ${image} is not known yet: its pods are still waiting`,
        fix: 'ask again in a while',
      },
      ...other,
    ]
  return [
    ok(`${image} is on ${nodes === undefined ? count(on.size, 'node') : `${on.size} of ${count(nodes, 'node')}`}`),
    ...other,
  ]
}

function listSeen(pod: JsonObject): readonly Seen[] {
  const isOwn = [WEBHOOK_NAME, CONTROLLER_NAME].includes(textOf(pod, 'metadata', 'labels', 'app.kubernetes.io/name'))
  const name = `${textOf(pod, 'metadata', 'namespace')}/${textOf(pod, 'metadata', 'name')}`
  const lists = [
    ['initContainers', 'initContainerStatuses'],
    ['containers', 'containerStatuses'],
  ] as const
  return lists.flatMap(([list, statuses]) =>
    listOf(pod, 'spec', list).flatMap((container): readonly Seen[] => {
      const called = textOf(container, 'name')
      if (!isOwn && called !== INIT_CONTAINER) return []
      const status = listOf(pod, 'status', statuses).find((one) => textOf(one, 'name') === called)
      const reason = textOf(status, 'state', 'waiting', 'reason')
      const message = tidy(textOf(status, 'state', 'waiting', 'message'))
      return [
        {
          ...{ pod: name, node: textOf(pod, 'spec', 'nodeName'), image: textOf(container, 'image') },
          trouble: TROUBLES.includes(reason) ? `${reason}${message === '' ? '' : `: ${message}`}` : '',
          pulled: textOf(status, 'imageID') !== '' || fieldOf(status, 'state', 'running') !== undefined,
        },
      ]
    }),
  )
}
