/** The layout of help pages, and `podorder help`. */
import { Argument, type Command, Help, type Option } from 'commander'
import { formatDuration } from '../src/base/duration.ts'
import { CALL_TIMEOUT_MS, listLookupOptions, LOOKUP_GROUP } from './image-lookup.ts'
import { WEBHOOK_LOOKUP_MS } from './webhook.ts'

const LOOKUP_DESCRIPTION = `A container without a command runs the command of its image. inject, check and
webhook take it from the annotation podorder.io/command.<container>, from
--image-config, from their cache, or from the image's registry: with the pod's
imagePullSecrets, then the logins of Docker's config.json, then without a login.`

const LOOKUP_EXAMPLES = `
Examples:
  podorder inject --image-config images.yaml app.yaml
  podorder inject --registry-mirror docker.io=https://mirror.example app.yaml
  podorder check --offline app.yaml`

const EXAMPLES = `
Examples:
  podorder help inject
  podorder help registries`

/** Options for `configureHelp`; commands inherit them. */
export const HELP_LAYOUT: Partial<Help> = {
  visibleOptions(command) {
    const options = Help.prototype.visibleOptions.call(this, command)
    return options.filter(({ helpGroupHeading }) => helpGroupHeading !== LOOKUP_GROUP)
  },
  subcommandTerm: (command) => command.name(),
  optionDescription: (option) => [option.description, ...describeValues(option)].join(' '),
}

/** Choices and a default value. An empty list or a switch that is off is not shown. */
function describeValues({ argChoices, defaultValue, defaultValueDescription }: Option): readonly string[] {
  const tells = typeof defaultValue === 'string' || typeof defaultValue === 'number'
  const parts = [
    ...(argChoices === undefined ? [] : [argChoices.join('|')]),
    ...(tells ? [`default ${defaultValueDescription ?? defaultValue}`] : []),
  ]
  return parts.length === 0 ? [] : [`(${parts.join(', ')})`]
}

/** Must be called after all commands were added, because it adds a page for each. @param end takes the exit code */
export function addHelp(program: Command, end: (code: number) => void): void {
  const command = program.command('help')
  const pages = new Map(program.commands.map((other) => [other.name(), () => other]))
  pages.set('registries', () => makeLookupPage(program))
  command
    .description('print the help page of a command, or of registries')
    .addArgument(new Argument('[page]').choices([...pages.keys()]))
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action((page = '') => {
      const shown = pages.get(page)?.() ?? program
      shown.outputHelp()
      end(0)
    })
}

/** The page of options that few users need, once for all commands that have them. */
function makeLookupPage(program: Command): Command {
  const page = program.createCommand('podorder inject|check|webhook').copyInheritedSettings(program)
  const timeouts = `${formatDuration(CALL_TIMEOUT_MS)}; of webhook ${formatDuration(WEBHOOK_LOOKUP_MS)}`
  for (const option of listLookupOptions(CALL_TIMEOUT_MS, timeouts)) page.addOption(option)
  return page.description(LOOKUP_DESCRIPTION).helpOption(false).addHelpText('after', LOOKUP_EXAMPLES)
}
