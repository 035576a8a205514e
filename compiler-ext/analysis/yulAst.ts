/** A range of a source, as a comment `@src id:start:end` of the Yul gives it. */
export type Position = { readonly source: number; readonly start: number; readonly end: number }

/** A variable is a slot of the activation of its function; variables of disjoint scopes may share one. */
export type YulExpression =
  | { readonly kind: 'literal'; readonly value: bigint; readonly text: string }
  | { readonly kind: 'variable'; readonly slot: number }
  | YulCall

export type YulCall = {
  readonly kind: 'call'
  readonly name: string
  readonly arguments: readonly YulExpression[]
  readonly position: Position | undefined
  /** The function that is called; undefined for a builtin. */
  target: YulFunction | undefined
}

export type YulBlock = { readonly kind: 'block'; readonly statements: readonly YulStatement[] }

export type YulCase = {
  readonly value: bigint
  readonly body: YulBlock
  /** All calls in the body. */
  readonly calls: readonly YulCall[]
}

export type YulStatement =
  | YulBlock
  /** A declaration or an assignment; without a value the variables become zero. */
  | { readonly kind: 'assign'; readonly slots: readonly number[]; readonly value: YulExpression | undefined }
  | { readonly kind: 'expression'; readonly call: YulCall }
  | { readonly kind: 'if'; readonly condition: YulExpression; readonly body: YulBlock }
  | {
      readonly kind: 'switch'
      readonly subject: YulExpression
      readonly cases: readonly YulCase[]
      readonly fallback: YulBlock | undefined
    }
  | YulLoop
  | { readonly kind: 'break' | 'continue' | 'leave' }

export type YulLoop = {
  readonly kind: 'for'
  readonly init: YulBlock
  readonly condition: YulExpression
  readonly post: YulBlock
  readonly body: YulBlock
}

export type YulFunction = {
  readonly name: string
  /** Where the Solidity is that the function was made of, or of the contract for one that solc added. */
  readonly position: Position | undefined
  /** Parameters have the first slots, results those after them. */
  readonly parameters: number
  readonly results: number
  readonly slots: number
  readonly body: YulBlock
  /** All calls in the body. */
  readonly calls: readonly YulCall[]
}
