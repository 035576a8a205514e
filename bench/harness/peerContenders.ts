import type { BenchCase, Contender } from './measure.ts'

/** A contender of another project, ready to run, and what to do when it is no longer needed. */
export type PeerContender = Omit<Contender, 'isPeer'> & { readonly release: () => void | Promise<void> }

/** A contender to be made ready. */
export type PeerAttempt = {
  readonly name: string
  readonly load: (name: string) => PeerContender | Promise<PeerContender>
}

/** Makes contenders ready. One that fails is left out with a note. */
export async function loadContenders(
  attempts: readonly PeerAttempt[],
): Promise<Required<Pick<BenchCase, 'contenders' | 'release' | 'notes'>>> {
  const loaded: PeerContender[] = []
  const notes: string[] = []
  for (const { name, load } of attempts) {
    try {
      loaded.push(await load(name))
    } catch (error) {
      notes.push(`${name}: ${(error as Error).message}; left out`)
    }
  }
  return {
    contenders: loaded.map((contender) => ({ ...contender, isPeer: true })),
    notes,
    async release() {
      for (const { release } of loaded) await release()
    },
  }
}
