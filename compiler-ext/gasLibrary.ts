import { CHUNK_BYTES, evmPrices, GRANULE_BYTES, PAGE_BYTES, schedule } from '../gas-model/index.ts'
import { type Instruction, instructions } from '../isa/index.ts'
import { gasFunctions, type PricedOperand } from './gasFunctions.ts'
import { GENERATED_HEADER, priceAssignments } from './gasPrices.ts'
import { functionName } from './library.ts'

const common: Readonly<Record<string, string>> = {
  prices: 'of the chain',
  state: 'the transaction so far',
}

/** A parameter of a pricing function with its description. */
function describeOperand(instruction: Instruction, { parameter, operand, doc }: PricedOperand): string {
  const input = instruction.inputs.find(({ name }) => name === operand)
  if (input === undefined && doc === undefined)
    throw new RangeError(`${instruction.mnemonic}: ${operand} is no operand and has no description`)
  const kind = input?.kind === 'tensor' ? `type of ${operand}, ` : ''
  return `/// @param ${parameter} ${doc ?? `${kind}${input?.doc}`}`
}

function gasFunction(instruction: Instruction): string {
  const entry = gasFunctions[instruction.mnemonic]
  if (entry === undefined) throw new RangeError(`${instruction.mnemonic}: gasFunctions has no entry for it`)
  const { operands, output, work, charge } = entry
  const usesState = output !== undefined || charge !== undefined
  const words = usesState ? ['prices', 'state'] : ['prices']
  const parameters = [
    'TensorPrices memory prices',
    ...(usesState ? ['TensorGasState memory state'] : []),
    ...operands.map(({ parameter }) => `uint256 ${parameter}`),
  ]
  const pricing = usesState
    ? `_price(prices, state, work, ${output === undefined ? '0' : 'output'}, ${charge === undefined ? '0' : 'more'})`
    : '_payable(_compute(prices, work))'
  return [
    `/// @notice Price of ${instruction.mnemonic}.`,
    ...words.map((name) => `/// @param ${name} ${common[name]}`),
    ...operands.map((operand) => describeOperand(instruction, operand)),
    '/// @return gas {UNPAYABLE} where no gas pays for it',
    `function ${functionName(instruction)}(`,
    `    ${parameters.join(',\n    ')}`,
    ') internal pure returns (uint256 gas) {',
    '    unchecked {',
    ...(output === undefined ? [] : [`        uint256 output = ${output};`]),
    ...(charge === undefined ? [] : [`        uint256 more = ${charge};`]),
    `        uint256 work = ${work};`,
    `        gas = ${pricing};`,
    '    }',
    '}',
  ].join('\n')
}

const helpers = `function _compute(TensorPrices memory prices, uint256 work) private pure returns (uint256) {
    unchecked {
        uint256 gas = (work + 0xffff) >> 16;
        return prices.baseGas + (gas < MAX_GAS ? gas : MAX_GAS);
    }
}

/// @dev The price of an instruction, and UNPAYABLE where it is above what gas is counted to.
function _price(
    TensorPrices memory prices,
    TensorGasState memory state,
    uint256 work,
    uint256 output,
    uint256 more
) private pure returns (uint256) {
    unchecked {
        uint256 gas = _compute(prices, work) + more;
        if (output != 0) gas += allocation(prices, state, output);
        return _payable(gas);
    }
}

function _payable(uint256 gas) private pure returns (uint256) {
    return gas > MAX_GAS ? UNPAYABLE : gas;
}

/// @dev Growth of EVM memory that covers \`length\` bytes from \`offset\` on.
function _growth(
    TensorPrices memory prices,
    TensorGasState memory state,
    uint256 offset,
    uint256 length
) private pure returns (uint256) {
    unchecked {
        // So much memory costs more than gas is counted to.
        if (offset >> 64 != 0) return UNPAYABLE;
        uint256 words = (offset + length + 31) / 32;
        if (words <= state.memoryWords) return 0;
        return _memoryGas(prices, words) - _memoryGas(prices, state.memoryWords);
    }
}

function _memoryGas(TensorPrices memory prices, uint256 words) private pure returns (uint256) {
    unchecked {
        return words * prices.memoryWordGas + (words * words) / prices.memoryQuadraticDivisor;
    }
}

function _account(TensorPrices memory prices, TensorGasState memory state) private pure returns (uint256) {
    return state.isAccountWarm ? prices.warmAccessGas : prices.coldAccountGas;
}

/// @dev Reading the registration and the chunks under rows of a tensor.
function _model(
    TensorPrices memory prices,
    TensorGasState memory state,
    uint256 typeWord,
    uint256 firstByte,
    uint256 firstRow,
    uint256 rowCount
) private pure returns (uint256) {
    unchecked {
        uint256 rowBytes = typeWord.bytesOf() / typeWord.dimOf(0);
        uint256 start = firstByte + firstRow * rowBytes;
        uint256 chunks = (start + rowCount * rowBytes - 1) / CHUNK_BYTES - start / CHUNK_BYTES + 1;
        uint256 warm = state.warmChunks < chunks ? state.warmChunks : chunks;
        uint256 gas = state.isRegistrationWarm ? prices.warmAccessGas : prices.coldSlotGas;
        return gas + (chunks - warm) * prices.coldChunkGas + warm * prices.warmChunkGas;
    }
}`

const ownFunctions = `/// @notice Prices of the first revision, with those of the EVM from Berlin to Osaka.
/// @return prices of a chain that sets none of its own
function defaultPrices() internal pure returns (TensorPrices memory prices) {
${priceAssignments(schedule, evmPrices).replace(/^ {4}/gm, '')}
}

/// @notice What is known of the transaction now: how much of the arena is in use, and that at least that many pages
/// were. Needs tsolc.
/// @param prices of the chain
/// @return state with everything else 0
function stateNow(TensorPrices memory prices) internal view returns (TensorGasState memory state) {
    state.liveBytes = prices.arenaBytes - TensorInstructions.tspace();
}

/// @notice Price of the arena memory of a new tensor: part of the price of each instruction that makes one.
/// @param prices of the chain
/// @param state the transaction so far
/// @param typeWord its type
/// @return gas for zeroing it, and for pages that the transaction never reached before
function allocation(
    TensorPrices memory prices,
    TensorGasState memory state,
    uint256 typeWord
) internal pure returns (uint256 gas) {
    unchecked {
        uint256 taken = allocatedBytes(typeWord);
        uint256 reached = _pages(state.liveBytes);
        if (reached < state.peakPages) reached = state.peakPages;
        uint256 needed = _pages(state.liveBytes + taken);
        gas = (taken * prices.zeroedBytesQ16 + 0xffff) >> 16;
        if (gas > MAX_GAS) gas = MAX_GAS;
        if (needed > reached) gas += (needed - reached) * prices.pageGas;
    }
}

/// @notice Arena bytes that a tensor takes.
/// @param typeWord its type
/// @return its canonical form in whole granules
function allocatedBytes(uint256 typeWord) internal pure returns (uint256) {
    unchecked {
        return (typeWord.bytesOf() + ${GRANULE_BYTES - 1}) & ~uint256(${GRANULE_BYTES - 1});
    }
}

/// @notice Notes that a tensor was made, for the prices of what comes after it.
/// @param state changed in place
/// @param typeWord its type
function made(TensorGasState memory state, uint256 typeWord) internal pure {
    unchecked {
        uint256 before = _pages(state.liveBytes);
        if (state.peakPages < before) state.peakPages = before;
        state.liveBytes += allocatedBytes(typeWord);
        uint256 pages = _pages(state.liveBytes);
        if (state.peakPages < pages) state.peakPages = pages;
    }
}

/// @notice Notes that a tensor was freed. Pages that were reached stay so.
/// @param state changed in place
/// @param typeWord its type
function freed(TensorGasState memory state, uint256 typeWord) internal pure {
    uint256 before = _pages(state.liveBytes);
    if (state.peakPages < before) state.peakPages = before;
    state.liveBytes -= allocatedBytes(typeWord);
}

function _pages(uint256 count) private pure returns (uint256) {
    unchecked {
        return (count + ${PAGE_BYTES - 1}) / ${PAGE_BYTES};
    }
}`

const libraryHeader = `${GENERATED_HEADER}
import {TensorChecks} from "./TensorChecks.sol";
import {TensorGasContraction} from "./TensorGasContraction.sol";
import {TensorGasMoves} from "./TensorGasMoves.sol";
import {TensorGasPools} from "./TensorGasPools.sol";
import {TensorGasState, TensorPrices} from "./TensorGasPrices.sol";
import {TensorGasTypes} from "./TensorGasTypes.sol";
import {TensorGasWork} from "./TensorGasWork.sol";
import {TensorInstructions} from "./TensorInstructions.sol";

/// @title Prices of instructions before they are run
/// @notice One function an instruction: its whole price from the types of its operands, with the operands that it
/// depends on in stack order and a type word in the place of each tensor. Types are those that TTYPE gives and
/// {TensorInstructions.tensorType} makes. Operands are not checked: where the instruction would halt, the price means
/// nothing. Works on any chain and with any solc, but for {stateNow}.`

/** Source of the library that prices every instruction. */
export function gasLibraryFile(): string {
  const members = [
    `using TensorChecks for uint256;

/// @dev Price of what no gas pays for: more than 2^53-1. Sums of a few do not overflow.
uint256 internal constant UNPAYABLE = type(uint128).max;

/// @dev The EVM counts an instruction's gas up to here.
uint256 private constant MAX_GAS = 2 ** 53 - 1;
/// @dev Bytes of a model that are charged together.
uint256 private constant CHUNK_BYTES = ${CHUNK_BYTES};`,
    ownFunctions,
    ...instructions.map(gasFunction),
    helpers,
  ]
  const body = members.map((member) => member.replace(/^(?=.)/gm, '    ')).join('\n\n')
  return `${libraryHeader}\nlibrary TensorGas {\n${body}\n}\n`
}
