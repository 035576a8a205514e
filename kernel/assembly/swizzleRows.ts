/**
 * Moves groups of bytes by a mask.
 *
 * What is swizzled is loaded in place, not kept in a variable: on machines without AVX, V8's baseline compiler gives the
 * result the register of the mask where the other operand's is still in use, and then loses the mask.
 */
@inline
function swizzleGroups(
  destination: usize,
  source: usize,
  lanes: v128,
  group: usize,
  groupStep: usize,
  groups: usize,
): void {
  for (; groups >= 2; groups -= 2) {
    v128.store(destination, i8x16.swizzle(v128.load(source), lanes))
    v128.store(destination + group, i8x16.swizzle(v128.load(source + groupStep), lanes))
    destination += 2 * group
    source += 2 * groupStep
  }
  if (groups > 0) v128.store(destination, i8x16.swizzle(v128.load(source), lanes))
}

/**
 * Writes `rows` rows, each a run of groups whose bytes come from fixed places within 16 bytes of source:
 * `destination[g * group + j] = source[g * groupStep + mask[j]]`.
 *
 * A store writes 16 bytes of which the first `group` are right. Those after it belong to the next group or row, which is
 * written later: rows follow one another in the destination. At the end of the output bytes go one by one.
 *
 * @param mask - address of 16 bytes, each below 16
 * @param rowBytes - bytes of a row; the last group of a row may be cut
 * @param lastDestination - last address to which a vector may be stored
 * @param lastSource - last address from which a vector may be loaded
 */
export function swizzleRows(
  destination: usize,
  source: usize,
  mask: usize,
  group: usize,
  groupStep: usize,
  rowBytes: usize,
  rows: usize,
  sourceStep: usize,
  lastDestination: usize,
  lastSource: usize,
): void {
  const lanes = v128.load(mask)
  const groups = (rowBytes + group - 1) / group
  const destinationReach = (groups - 1) * group
  const sourceReach = (groups - 1) * groupStep
  for (; rows > 0; rows--) {
    if (destination + destinationReach <= lastDestination && source + sourceReach <= lastSource)
      swizzleGroups(destination, source, lanes, group, groupStep, groups)
    else {
      let inside: usize = 0
      if (destination <= lastDestination && source <= lastSource) {
        inside = min((lastDestination - destination) / group + 1, groups)
        if (groupStep > 0) inside = min((lastSource - source) / groupStep + 1, inside)
        swizzleGroups(destination, source, lanes, group, groupStep, inside)
      }
      for (let g = inside; g < groups; g++) {
        const from = source + g * groupStep
        const to = destination + g * group
        const bytes = min(group, rowBytes - g * group)
        for (let j: usize = 0; j < bytes; j++) store<u8>(to + j, load<u8>(from + load<u8>(mask + j)))
      }
    }
    destination += rowBytes
    source += sourceStep
  }
}
