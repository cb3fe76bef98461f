/** The version of everything in this repository, from package.json. */
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version

/** The name of podorder's own image, without a tag. A release appends the image's digest (`name@sha256:…`). */
export const imageName: string = manifest.config.image
