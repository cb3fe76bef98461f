/** The Tekton mode: runs the command line with which Tekton's controller calls the entrypoint. */
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import { formatTektonHelp, readTektonPlan, type TektonPlan } from './tekton-flags.ts'
import { TEKTON_PLATFORM_COMMANDS, selectPlatformCommand } from './platform.ts'
import { copyCredentialsHome, provideCredentials } from './copy-credentials.ts'
import type { TektonPorts } from './ports.ts'
import { runStep } from './step.ts'
import { runSubcommand } from './subcommand.ts'

/** @returns the exit code */
export async function runTekton(argv: readonly string[], ports: TektonPorts): Promise<number> {
  const reading = readTektonPlan(argv, ports.cwd)
  switch (reading.kind) {
    case 'help':
      ports.tell(formatTektonHelp())
      return 0
    case 'problem':
      return misuse(reading.problem, ports)
    case 'unsigned':
      ports.tell(`${reading.problem}\n`)
      return CODE_FAILED
    case 'subcommand': {
      const { code, text } = await runSubcommand(reading.subcommand, ports)
      ports.tell(`${text}\n`)
      return code
    }
    case 'plan':
      return runPlan(reading.plan, ports)
  }
}

async function runPlan(plan: TektonPlan, ports: TektonPorts): Promise<number> {
  const problem = await provideCredentials(plan.credentials, ports)
  if (problem !== undefined) return misuse(problem, ports)
  const { program } = plan
  const choice =
    program === undefined
      ? selectPlatformCommand(ports.env[TEKTON_PLATFORM_COMMANDS] ?? '', ports.arch)
      : { words: [program] }
  if ('problem' in choice) {
    ports.log({ event: 'error', message: choice.problem })
    return 1
  }
  await copyCredentialsHome(ports)
  return runStep(plan, choice.words, ports)
}

function misuse(problem: string, { tell }: TektonPorts): number {
  tell(`entrypoint: ${problem}\n${formatTektonHelp()}`)
  return CODE_MISUSE
}
