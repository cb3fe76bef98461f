/** The one version of everything in this repository, from package.json. */
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
