/** Users, capabilities and the like of a compose service as a container's security context. */
import { type Entry, findEntry, type MapTree } from '../manifest/tree.ts'
import type { ContainerContext } from './compose-context.ts'
import { fieldAt, booleanOf, readItems, wordOf, wordsOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'

export function readSecurity(tree: MapTree, context: ContainerContext): PlainMap {
  const isPrivileged = booleanOf(fieldAt(tree, 'privileged')) === true
  return compact({
    ...readUser(findEntry(tree, 'user'), context),
    privileged: isPrivileged ? true : undefined,
    readOnlyRootFilesystem: booleanOf(fieldAt(tree, 'read_only')) === true ? true : undefined,
    capabilities: compact({
      add: readCapabilities(tree, 'cap_add'),
      drop: readCapabilities(tree, 'cap_drop'),
    }),
    ...readOptions(tree, isPrivileged, context),
  })
}

/** Users and groups that have the same number in every image. */
const NUMBERS: ReadonlyMap<string, number> = new Map([['root', 0]])

function readUser(entry: Entry | undefined, { note }: ContainerContext): PlainMap {
  const word = wordOf(entry?.value)
  if (entry === undefined || word === undefined) return {}
  const [name = '', group] = word.split(':')
  // Docker uses root when there is no name before the colon.
  const user = name === '' ? 'root' : name
  const runAsUser = numberOf(user)
  // The group of a named user is known only in the image; the group of root is root.
  const said = group === undefined || group === '' ? (NUMBERS.has(user) ? user : undefined) : group
  const runAsGroup = said === undefined ? undefined : numberOf(said)
  if (runAsUser === undefined) {
    const what = `user ${word} is a name that only the image defines`
    note(entry, what, 'write its numbers, such as 1000:1000; without them the user of the image is used')
    return {}
  }
  if (said !== undefined && runAsGroup === undefined) {
    const what = `group ${said} is a name that only the image defines`
    note(entry, what, 'write its number, such as 1000; without it the group is left out')
  }
  return compact({ runAsUser, runAsGroup })
}

/** The number of a user or group. @returns undefined for a name that only the image defines */
export const numberOf = (word: string): number | undefined => (/^\d+$/.test(word) ? Number(word) : NUMBERS.get(word))

/** Reads capabilities. Docker accepts `CAP_SYS_ADMIN` and `SYS_ADMIN`; Kubernetes accepts only the second. */
function readCapabilities(tree: MapTree, key: string): readonly string[] {
  return wordsOf(fieldAt(tree, key)).map((name) => name.toUpperCase().replace(/^CAP_/, ''))
}

function readOptions(tree: MapTree, isPrivileged: boolean, { note }: ContainerContext): PlainMap {
  let options: PlainMap = {}
  for (const item of readItems(fieldAt(tree, 'security_opt'))) {
    const word = (wordOf(item) ?? '').replace('=', ':')
    if (word === 'no-new-privileges' || word === 'no-new-privileges:true') {
      if (!isPrivileged) options = { ...options, allowPrivilegeEscalation: false }
      else note(item, 'Kubernetes takes no no-new-privileges of a privileged container', 'choose one of them')
    } else if (word === 'seccomp:unconfined') options = { ...options, seccompProfile: { type: 'Unconfined' } }
    else if (word === 'apparmor:unconfined') options = { ...options, appArmorProfile: { type: 'Unconfined' } }
    else if (word !== 'no-new-privileges:false') {
      note(item, `security_opt ${word} is not converted`, 'set it in securityContext of the container')
    }
  }
  return options
}
