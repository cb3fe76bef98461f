/** The one version of everything in this repository, from package.json. */
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version

/** Where podorder's own image is, without a tag; a release has the image's digest behind it (`name@sha256:…`). */
export const imageName: string = manifest.config.image
