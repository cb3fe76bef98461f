/** `podorder completion` on the command line. */
import { Argument, type Command } from 'commander'
import type { ProgramWords } from '../src/cli/command-words.ts'
import { readProgram } from './command-words.ts'
import { writeOut } from './terminal.ts'

const EXAMPLES = `
To have it in every new shell:
  podorder completion bash > ~/.local/share/bash-completion/completions/podorder
  podorder completion zsh > "\${fpath[1]}/_podorder"
  podorder completion fish > ~/.config/fish/completions/podorder.fish

bash without the package bash-completion, in ~/.bashrc:
  source <(podorder completion bash)

For kubectl podorder, put this executable into a directory of PATH:
  podorder completion kubectl > ~/.local/bin/kubectl_complete-podorder
  chmod +x ~/.local/bin/kubectl_complete-podorder

Examples:
  podorder completion bash`

const SHELLS = ['bash', 'zsh', 'fish', 'kubectl'] as const
type Shell = (typeof SHELLS)[number]

/** @param end takes the exit code */
export function addCompletion(program: Command, end: (code: number) => void): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const format = await loadFormat(shell)
      await writeOut(format(readProgram(program)))
      end(0)
    })
}

async function loadFormat(shell: Shell): Promise<(program: ProgramWords) => string> {
  switch (shell) {
    case 'bash':
      return (await import('../src/cli/completion-bash.ts')).formatBash
    case 'zsh':
      return (await import('../src/cli/completion-zsh.ts')).formatZsh
    case 'fish':
      return (await import('../src/cli/completion-fish.ts')).formatFish
    case 'kubectl':
      return (await import('../src/cli/completion-kubectl.ts')).formatKubectl
  }
}
