import type { Bench } from '../bench.ts'
import { expectEqual, expectText } from '../checks.ts'
import { printedBy, runShell } from '../command.ts'
import { readPage } from '../documents.ts'

const page = readPage('foundry.md')

/** Deploys with cast what forge built, sends to it and calls it. */
export async function castFlow(bench: Bench): Promise<void> {
  const { checks } = bench
  const project = await bench.foundryProject()
  await bench.withNode('cast', async (node) => {
    let env: Record<string, string> = node
    const run = async (command: string) => printedBy(command, await runShell(command, project.surroundings({ env })))
    await checks.check('cast send --create: deploys', async () => {
      const printed = await run(page.command('cast send --rpc-url $TENSOR_RPC_URL --private-key $KEY --create'))
      const ADDRESS = /^contractAddress +(0x\w{40})$/m.exec(printed)?.[1]
      if (ADDRESS === undefined) throw new Error(`no address in\n${printed}`)
      env = { ...env, ADDRESS }
    })
    await checks.check('cast call: gives the class of the largest score', async () =>
      expectEqual('class', (await run(page.command('cast call'))).trim(), '12'),
    )
    await checks.check('cast call: tells the error of a revert', async () => {
      const command = page.command('cast call').replace('0x01020903', '0x01')
      const { exitCode, stderr } = await runShell(command, project.surroundings({ env }))
      expectEqual('exit code', exitCode, 1)
      // The selector of WrongLength(uint256), and 1.
      expectText('cast call', stderr, 'execution reverted', `0x47f78bef${'1'.padStart(64, '0')}`)
    })
    await checks.check('cast estimate, cast send: a transaction with what was estimated succeeds', async () => {
      const gas = (await run(page.command('cast estimate'))).trim()
      const printed = await run(
        `${page.command('cast send --rpc-url $TENSOR_RPC_URL --private-key $KEY $ADDRESS')} --gas-limit ${gas}`,
      )
      expectText('cast send', printed.replace(/ +/g, ' '), 'status 1 (success)')
      env = { ...env, HASH: /^transactionHash +(0x\w{64})$/m.exec(printed)?.[1] ?? '' }
      const count = await run('cast call --rpc-url $TENSOR_RPC_URL $ADDRESS "count(uint256)(uint256)" 12')
      expectEqual('count', count.trim(), '1')
    })
    await checks.check('cast logs: has the event', async () => {
      const printed = await run(page.command('cast logs'))
      expectText('cast logs', printed, `0x${'c'.padStart(64, '0')}`)
    })
    await checks.check('cast call --trace, cast run: end at the first tensor instruction', async () => {
      for (const command of [`${page.command('cast call')} --trace`, 'cast run --rpc-url $TENSOR_RPC_URL $HASH']) {
        const { stdout, stderr } = await runShell(command, project.surroundings({ env }))
        expectText(command, stdout + stderr, 'OpcodeNotFound')
      }
    })
  })
}
