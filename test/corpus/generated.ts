const PREAMBLE = '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.29;\n'

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

/** A contract with this many functions, cases of a switch and arms of an if. */
export function branches(count: number): Record<string, string> {
  const functions = numbers(count).map(
    (i) => `function f${i}(uint256 x) external pure returns (uint256) { return x * ${i * i + 1} + ${i}; }`,
  )
  const cases = numbers(count).map((i) => `case ${i * 37} { r := add(r, ${i * 0xae10}) }`)
  const arms = numbers(count).map((i) => `if (x == ${i ** 3}) return "arm ${i}";`)
  const content = `${PREAMBLE}
    contract Branches {
      ${functions.join('\n      ')}
      function pick(uint256 n) external pure returns (uint256 r) {
        assembly { switch n ${cases.join(' ')} default { revert(0, 0) } }
      }
      function arm(uint256 x) external pure returns (string memory) {
        ${arms.join(' else ')} else return "none";
      }
    }`
  return { 'Branches.sol': content }
}

/**
 * A project of this many files in a chain of imports, each with characters of several bytes before every position. Every
 * fourth contract inherits from none.
 */
export function project(count: number): Record<string, string> {
  const name = (i: number) => `src/${'äöüß'.slice(i % 4)}/Part${i}.sol`
  const files = numbers(count).map((i) => {
    const isFirst = i % 4 === 0
    const parent = isFirst ? '' : ` is Part${i - 1}`
    const imported = i === 0 ? '' : `import {Part${i - 1}} from "../${escapePath(name(i - 1).slice(4))}";\n`
    const body = isFirst
      ? `function value(uint256 x) public view virtual returns (uint256) { return x + own${i}; }`
      : `function value(uint256 x) public view virtual override returns (uint256) {
           /* ${'→'.repeat(i)} */ return x % ${i + 1} == 0 ? super.value(x / 2) + own${i} : free${i}(x);
         }`
    const content = `// ${'é🙂𝔘'.repeat(i + 1)}\n${PREAMBLE}${imported}
      function free${i}(uint256 x) pure returns (uint256) { require(x != ${i}, unicode"✗ ${i}"); return x * ${i + 2}; }
      ${isFirst ? 'abstract contract' : 'contract'} Part${i}${parent} {
        uint256 internal immutable own${i} = block.number * ${i + 1};
        ${body}
      }`
    return [name(i), content] as const
  })
  return Object.fromEntries(files)
}

/** An import path with escapes in place of characters that Solidity does not take in one. */
function escapePath(path: string): string {
  return path.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A contract whose source has at least this many bytes, most of them in comments. */
export function largeMetadata(bytes: number): Record<string, string> {
  const line = '// ünusually long "comment" \\ with } braces { and /* more */\n'
  const comments = line.repeat(Math.ceil(bytes / Buffer.byteLength(line)))
  const content = `${PREAMBLE}${comments}
    contract Inner { uint256 public immutable x = 5; }
    contract Large { Inner public inner = new Inner(); string public text = unicode"→"; }`
  return { 'Large.sol': content }
}
