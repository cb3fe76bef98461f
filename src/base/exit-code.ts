/** The exit codes of podorder and its entrypoint, each with one meaning (docs/reference.md lists them). Tekton mode has its own. */

/** What was asked for did not come about: a wait that can never end, a finding of `check`, a result that could not be written. */
export const CODE_FAILED = 1
/** A wrong flag or unusable input. Nothing was done. */
export const CODE_MISUSE = 2
/** A wait or a command took longer than it was given. */
export const CODE_TIMEOUT = 124
/** A failure of the wrapper itself. */
export const CODE_BROKEN = 125
/** The command was found and cannot be executed. */
export const CODE_NOT_EXECUTABLE = 126
export const CODE_NOT_FOUND = 127
/** Added to the number of the signal that ended a command, as shells do. The kubelet uses it alone where a container never started. */
export const CODE_SIGNAL = 128
