/**
 * Replaces Helm for the pages. A chart is a single file, which is rendered unchanged and passed to the post-renderer. It calls a program
 * as Helm 3 does (pkg/postrender/exec.go), and an installed plugin as Helm 4 does (internal/plugin/runtime_subprocess.go). With
 * HELM_VERSION=4 it accepts plugins only.
 */
import { execaSync } from 'execa'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readManifest } from '../../../src/manifest/yaml.io.ts'

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    'post-renderer': { type: 'string' },
    'post-renderer-args': { type: 'string', multiple: true },
  },
})
const [verb, first = '', second = ''] = positionals
const PLUGINS = '.helm-plugins'

interface Plugin {
  readonly name: string
  readonly type: string
  readonly runtimeConfig: {
    readonly platformCommand: readonly { readonly command: string; readonly args: readonly string[] }[]
  }
}

function readPlugin(directory: string): Plugin {
  return readManifest(readFileSync(join(directory, 'plugin.yaml'), 'utf8')).documents[0]?.value as Plugin
}

/** @returns the command line of the post-renderer */
function findRenderer(name: string, more: readonly string[]): readonly string[] {
  const directory = join(PLUGINS, name)
  if (!existsSync(directory)) {
    if (process.env['HELM_VERSION'] !== '4') return [name, ...more]
    fail(`invalid argument "${name}" for "--post-renderer" flag: plugin: {Name:${name} Type:postrenderer/v1} not found`)
  }
  const [command] = readPlugin(directory).runtimeConfig.platformCommand
  return [command?.command ?? '', ...(command?.args ?? []), ...more]
}

function fail(what: string): never {
  process.stderr.write(`Error: ${what}\n`)
  process.exit(1)
}

if (verb === 'plugin' && first === 'install') {
  const { name, type } = readPlugin(second)
  if (type !== 'postrenderer/v1') fail(`unknown plugin type ${type}`)
  mkdirSync(PLUGINS, { recursive: true })
  cpSync(second, join(PLUGINS, name), { recursive: true })
} else if (verb === 'template') {
  const rendered = `---\n# Source: shop/templates/shop.yaml\n${readFileSync(join(second, 'shop.yaml'), 'utf8')}`
  const { 'post-renderer': renderer, 'post-renderer-args': more = [] } = values
  const [program = '', ...words] = renderer === undefined ? ['cat'] : findRenderer(renderer, more)
  const { exitCode, stdout, stderr } = execaSync(program, words, { input: rendered, reject: false })
  if (exitCode !== 0) fail(`error while running post render on files: exit status ${exitCode}: ${stderr}`)
  // Helm 3 refuses a renderer without output.
  if (stdout.trim() === '') fail(`post-renderer "${program}" produced empty output`)
  process.stdout.write(`${stdout}\n`)
} else fail(`the stand-in does not know: ${process.argv.slice(2).join(' ')}`)
