/** The exit codes of podorder and its entrypoint, each with one meaning (docs/reference.md lists them). Tekton mode has its own. */

/** The request failed: a wait that can never end, a finding of `check`, a result that could not be written. */
export const CODE_FAILED = 1
/** A wrong flag or unusable input. Nothing was done. */
export const CODE_MISUSE = 2
/** A wait or a command exceeded its timeout. */
export const CODE_TIMEOUT = 124
/** The wrapper itself failed. */
export const CODE_BROKEN = 125
/** The command was found and cannot be executed. */
export const CODE_NOT_EXECUTABLE = 126
export const CODE_NOT_FOUND = 127
/** Added to the number of the signal that ended a command, as in shells. The kubelet reports 128 alone for a container that never started. */
export const CODE_SIGNAL = 128
