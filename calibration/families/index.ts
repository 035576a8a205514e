import type { PriceClass } from '../family.ts'
import { contraction, depthwise } from './contraction.ts'
import { elementwise, rescaling, roots, softmaxes, tables } from './elements.ts'
import { commitments, loads } from './environment.ts'
import { moves } from './moves.ts'
import { pools, reductions } from './reductions.ts'

/** Every class of instructions whose price depends on shapes. */
export const priceClasses: readonly PriceClass[] = [
  contraction,
  depthwise,
  rescaling,
  elementwise,
  tables,
  softmaxes,
  roots,
  reductions,
  pools,
  moves,
  loads,
  commitments,
]
