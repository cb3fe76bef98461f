/** Options of the rewrite, shared by all commands that rewrite pods. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseReference } from '../src/image/image-reference.ts'
import { DEFAULT_IMAGE, DEFAULT_ROOT } from '../src/pod/own.ts'
import type { RewriteOptions } from '../src/rewrite/rewrite.ts'

/** Options as commander returns them. */
export interface GivenRewrite {
  readonly image: string
  readonly imagePullPolicy?: string
  readonly binSource: 'copy' | 'image-volume'
  readonly requests: 'keep' | 'max'
  readonly root?: string
}

export function addRewriteOptions(command: Command): Command {
  return command
    .addOption(new Option('--image <image>', "podorder's image").argParser(readImage).default(DEFAULT_IMAGE))
    .addOption(new Option('--image-pull-policy <how>', 'its pull policy').choices(['Always', 'IfNotPresent', 'Never']))
    .addOption(
      new Option('--bin-source <how>', 'image-volume needs Kubernetes 1.35 or newer')
        .choices(['copy', 'image-volume'])
        .default('copy'),
    )
    .addOption(
      new Option('--requests <how>', 'max: a chain requests what its largest step needs')
        .choices(['keep', 'max'])
        .default('keep'),
    )
}

/** For commands that can choose it; in a webhook it is the same for all pods. */
export function addRoot(command: Command): Command {
  return command.addOption(
    new Option('--root <path>', "mount path of podorder's volumes").argParser(readRoot).default(DEFAULT_ROOT),
  )
}

export function readRewrite({ image, imagePullPolicy, binSource, requests, root }: GivenRewrite): RewriteOptions {
  const pull = imagePullPolicy === undefined ? {} : { imagePullPolicy }
  return { image, ...pull, binSource, requests, ...(root === undefined ? {} : { root }) }
}

function readImage(text: string): string {
  const reference = parseReference(text)
  if (!('problem' in reference)) return text
  throw new InvalidArgumentError(`It ${reference.problem}; give one such as registry.example/podorder:1.`)
}

function readRoot(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const usual = /^\/[^:$,=]+$/.test(path) && parts.length > 0 && !parts.includes('..')
  if (!usual) throw new InvalidArgumentError('Give an absolute path, such as /podorder, without : $ , = in it.')
  return `/${parts.join('/')}`
}
