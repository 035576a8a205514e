/** Edits that turn one text into another: letters added, removed, replaced, or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (twoBack[j - 2] as number) + 1)
      row.push(least)
    }
    twoBack = previous
    previous = row
  }
  return previous[b.length] as number
}

/** The name that a wrong one was probably meant to be: the first of the closest, if no more than a third of it differs. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(wrong, name)
    if (distance >= least) continue
    least = distance
    best = name
  }
  return best
}
