/** Whether this is the executable and not a script on Node or Bun: Bun's executables keep their sources in a file system of their own. */
export const COMPILED = import.meta.url.includes('/$bunfs/')
