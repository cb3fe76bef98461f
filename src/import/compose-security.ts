/** Users, capabilities and the like of a compose service as a container's security context. */
import { type Entry, findEntry, type MapTree } from '../manifest/tree.ts'
import type { ContainerContext } from './compose-context.ts'
import { fieldAt, booleanOf, readItems, wordOf, wordsOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'

export function readSecurity(tree: MapTree, context: ContainerContext): PlainMap {
  return compact({
    ...readUser(findEntry(tree, 'user'), context),
    privileged: booleanOf(fieldAt(tree, 'privileged')) === true ? true : undefined,
    readOnlyRootFilesystem: booleanOf(fieldAt(tree, 'read_only')) === true ? true : undefined,
    capabilities: compact({
      add: readCapabilities(tree, 'cap_add'),
      drop: readCapabilities(tree, 'cap_drop'),
    }),
    ...readOptions(tree, context),
  })
}

function readUser(entry: Entry | undefined, { note }: ContainerContext): PlainMap {
  const word = wordOf(entry?.value)
  if (entry === undefined || word === undefined) return {}
  const [user = '', group] = word.split(':')
  const isNumber = (text: string | undefined): boolean => text !== undefined && /^\d+$/.test(text)
  if (!isNumber(user) || (group !== undefined && !isNumber(group))) {
    note(
      entry,
      `user ${word} is a name, which only the image knows`,
      'write its numbers: 1000:1000; the image’s user is kept',
    )
  }
  return compact({
    runAsUser: isNumber(user) ? Number(user) : undefined,
    runAsGroup: isNumber(user) && isNumber(group) ? Number(group) : undefined,
  })
}

/** Docker takes `CAP_SYS_ADMIN` and `SYS_ADMIN`; Kubernetes the second. */
function readCapabilities(tree: MapTree, key: string): readonly string[] {
  return wordsOf(fieldAt(tree, key)).map((name) => name.toUpperCase().replace(/^CAP_/, ''))
}

function readOptions(tree: MapTree, { note }: ContainerContext): PlainMap {
  let options: PlainMap = {}
  for (const item of readItems(fieldAt(tree, 'security_opt'))) {
    const word = (wordOf(item) ?? '').replace('=', ':')
    if (word === 'no-new-privileges' || word === 'no-new-privileges:true') {
      options = { ...options, allowPrivilegeEscalation: false }
    } else if (word === 'seccomp:unconfined') options = { ...options, seccompProfile: { type: 'Unconfined' } }
    else if (word === 'apparmor:unconfined') options = { ...options, appArmorProfile: { type: 'Unconfined' } }
    else if (word !== 'no-new-privileges:false') {
      note(item, `security_opt ${word} has no place in a pod`, 'set it in securityContext of the container')
    }
  }
  return options
}
