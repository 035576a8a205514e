import type { Command } from 'commander'

/** `tensor-evm disasm`. What it does is loaded when it is asked for. */
export function addDisasmCommand(program: Command): void {
  program
    .command('disasm')
    .description('print bytecode with tensor mnemonics')
    .argument('<bytecode>', 'hex, or a file with hex, an artefact of a compiler in JSON, or raw bytes')
    .action(async (given: string) => (await import('../actions/disasm.ts')).disasm(given))
}
