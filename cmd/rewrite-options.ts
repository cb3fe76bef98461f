/** The options that say how pods are rewritten, for all commands that do. */
import { type Command, Option } from 'commander'
import { DEFAULT_IMAGE } from '../src/core/rewrite/own.ts'
import type { RewriteOptions } from '../src/core/rewrite/rewrite.ts'

/** As commander hands them over. */
export interface GivenRewrite {
  readonly image: string
  readonly imagePullPolicy?: string
  readonly binSource: 'copy' | 'image-volume'
  readonly requests: 'keep' | 'max'
}

export function addRewriteOptions(command: Command): Command {
  return command
    .option('--image <image>', "podorder's own", DEFAULT_IMAGE)
    .addOption(new Option('--image-pull-policy <how>', 'of that image').choices(['Always', 'IfNotPresent', 'Never']))
    .addOption(
      new Option('--bin-source <how>', 'an image-volume needs Kubernetes >= 1.33')
        .choices(['copy', 'image-volume'])
        .default('copy'),
    )
    .addOption(
      new Option('--requests <how>', 'max: steps in a chain request what the largest needs')
        .choices(['keep', 'max'])
        .default('keep'),
    )
}

export function readRewrite({ image, imagePullPolicy, binSource, requests }: GivenRewrite): RewriteOptions {
  return { image, ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }), binSource, requests }
}
