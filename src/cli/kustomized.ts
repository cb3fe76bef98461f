/** How a manifest that kustomize makes of a directory is called among paths. */
export const KUSTOMIZED = 'kustomize:'
