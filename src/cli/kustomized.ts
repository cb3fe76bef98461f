/** Prefix of a path that stands for the manifest that kustomize builds from a directory. */
export const KUSTOMIZED = 'kustomize:'
