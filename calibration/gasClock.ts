/** The clock that prices are set by: 100 million gas a second. */
export const NANOSECONDS_PER_GAS = 10
/** What prices are above the worst that was measured: a search afterwards found shapes that take up to 1.45 times that. */
export const SAFETY = 1.5
/** Instructions from this price on must be priced evenly. */
export const LONG_GAS = 1000
