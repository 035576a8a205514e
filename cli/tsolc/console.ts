import type { SolcError } from '../../compiler-ext/index.ts'
import { type DiagnosticStyle, formatDiagnostic, formatMessage } from './diagnostics.ts'
import type { Host } from './host.ts'

/** Where the command writes. It knows whether anything was written. */
export type Console = {
  output(text: string): void
  diagnostic(error: SolcError): void
  message(severity: SolcError['severity'], text: string): void
  isUsed(): boolean
}

/** Shows errors in a style, on the host's streams. */
export function createConsole(host: Host, style: DiagnosticStyle): Console {
  let used = false
  const toError = (text: string) => {
    used = true
    host.writeError(text)
  }
  return {
    output(text) {
      used = true
      host.writeOutput(text)
    },
    diagnostic(error) {
      // What is not about a source has no heading in standard JSON, and one line at the terminal.
      const isAboutCommand = error.formattedMessage === error.message
      toError(isAboutCommand ? formatMessage(error.severity, error.message, style) : formatDiagnostic(error, style))
    },
    message: (severity, text) => toError(formatMessage(severity, text, style)),
    isUsed: () => used,
  }
}
