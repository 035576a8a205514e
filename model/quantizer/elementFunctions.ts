import type { LayerOf } from './layers.ts'

/** Error function, to within 1.2e-7. @see Press et al., Numerical Recipes, 6.2.2, `erfc` by a Chebyshev fit */
function erf(x: number): number {
  const t = 1 / (1 + Math.abs(x) / 2)
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ]
  const polynomial = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0)
  const rest = t * Math.exp(-x * x + polynomial)
  return x >= 0 ? 1 - rest : rest - 1
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** The function of a layer of one number. */
export function elementFunction({ apply, alpha = 0, beta = 0 }: LayerOf<'map'>): (x: number) => number {
  switch (apply) {
    case 'sigmoid':
      return sigmoid
    case 'tanh':
      return Math.tanh
    case 'leakyRelu':
      return (x) => (x < 0 ? alpha * x : x)
    case 'elu':
      return (x) => (x < 0 ? alpha * Math.expm1(x) : x)
    case 'selu':
      return (x) => beta * (x < 0 ? alpha * Math.expm1(x) : x)
    case 'hardSigmoid':
      return (x) => Math.min(Math.max(alpha * x + beta, 0), 1)
    case 'hardSwish':
      return (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6
    case 'silu':
      return (x) => x * sigmoid(x)
    case 'softplus':
      return (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
    case 'gelu':
      return (x) => (x * (1 + erf(x / Math.SQRT2))) / 2
    case 'exp':
      return Math.exp
    case 'sqrt':
      return (x) => Math.sqrt(Math.max(x, 0))
    case 'abs':
      return Math.abs
  }
}
