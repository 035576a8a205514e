import { generateContract } from '../../compiler-ext/contract.ts'
import { openSolc, type ReadImport, type StandardJsonInput } from '../../compiler-ext/index.ts'
import { decodeModel } from '../../model/index.ts'
import { readContract, readImport } from '../../test/corpus/packages.ts'

/** A compilation to be timed as a command. */
export type CommandCase = {
  readonly name: string
  /** Standard JSON that holds all its sources. */
  readonly input: StandardJsonInput
  /** Most that the time may be, as a multiple of solc-js's. */
  readonly limit: number
}

const PLAIN_LIMIT = 2
const LOWERED_LIMIT = 2.5

const PREAMBLE = '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.29;\n'
const oz = (...paths: readonly string[]) => paths.map((path) => `import "@openzeppelin/contracts/${path}";\n`).join('')

/** Tokens whose transfers a linear classifier gates. */
const gatedTokens = `${PREAMBLE}${oz(
  'token/ERC20/extensions/ERC20Votes.sol',
  'token/ERC20/extensions/ERC20Permit.sol',
  'token/ERC721/extensions/ERC721Enumerable.sol',
  'access/AccessControl.sol',
)}import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";
abstract contract Gate {
  error Refused(bytes32 scores);
  function gate(uint256 features, bytes memory weights) internal pure {
    bytes32 scores;
    assembly ("memory-safe") { mstore(0, features) }
    uint256 at;
    assembly ("memory-safe") { at := add(weights, 32) }
    Tensor x = TensorInstructions.tmload(TensorInstructions.tensorType(1, 1, 32), 0);
    Tensor w = TensorInstructions.tmload(TensorInstructions.tensorType(1, 2, 32), at);
    TensorInstructions.tmstore(TensorInstructions.matmul(0, x, w, Tensor.wrap(0)), 0);
    assembly ("memory-safe") { scores := mload(0) }
    if (uint256(scores) >> 255 == 1) revert Refused(scores);
  }
}
contract GatedToken is ERC20, ERC20Permit, ERC20Votes, AccessControl, Gate {
  bytes public weights = new bytes(64);
  constructor() ERC20("Gated", "GTD") ERC20Permit("Gated") { _grantRole(DEFAULT_ADMIN_ROLE, msg.sender); }
  function setWeights(bytes calldata w) external onlyRole(DEFAULT_ADMIN_ROLE) { weights = w; }
  function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
    gate(uint256(keccak256(abi.encode(from, to, value))), weights);
    super._update(from, to, value);
  }
  function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) { return super.nonces(owner); }
}
contract GatedCollection is ERC721Enumerable, Gate {
  bytes public weights = new bytes(64);
  constructor() ERC721("Gated", "GTC") {}
  function mint(uint256 id, uint256 features) external { gate(features, weights); _safeMint(msg.sender, id); }
}`

/** The input with the text of every source that it imports. */
function withImports(input: StandardJsonInput): StandardJsonInput {
  const sources: Record<string, { content: string }> = {}
  const record: ReadImport = (name) => {
    const result = readImport(name)
    if ('contents' in result) sources[name] = { content: result.contents }
    return result
  }
  openSolc().run({ ...input, settings: { ...input.settings, outputSelection: { '*': { '': ['ast'] } } } }, record)
  return { ...input, sources: { ...input.sources, ...sources } }
}

function commandCase(name: string, content: string, viaIR: boolean, limit: number): CommandCase {
  const outputs = ['abi', 'metadata', 'evm.bytecode', 'evm.deployedBytecode', 'evm.methodIdentifiers']
  const settings = {
    viaIR,
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { '*': { '*': outputs } },
  }
  return { name, input: withImports({ language: 'Solidity', sources: { 'Bench.sol': { content } }, settings }), limit }
}

/** Marker-free contracts of OpenZeppelin, and contracts with instructions. */
export function commandCases(model: Uint8Array): readonly CommandCase[] {
  const plain = ['Tokens', 'Governance', 'Proxies'].flatMap((name) =>
    [false, true].map((viaIR) =>
      commandCase(
        `OpenZeppelin ${name}, ${viaIR ? 'IR' : 'legacy'}`,
        readContract(`openzeppelin/${name}.sol`),
        viaIR,
        PLAIN_LIMIT,
      ),
    ),
  )
  const { source } = generateContract(decodeModel(model), { name: 'Digits', weights: 'model' })
  return [
    ...plain,
    commandCase('OpenZeppelin tokens gated by instructions, IR', gatedTokens, true, LOWERED_LIMIT),
    commandCase('a generated model contract, IR', source, true, LOWERED_LIMIT),
  ]
}
