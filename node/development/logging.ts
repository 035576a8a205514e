import { perNode } from './perNode.ts'

/** Whether a node tells the terminal what it does. */
export const loggingOf = perNode(() => ({ isEnabled: true }))
