// SPDX-License-Identifier: Apache-2.0
// Generated from the instruction declarations and prices by `npm run generate`. Do not edit.
pragma solidity ^0.8.29;

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
/// nothing. Works on any chain and with any solc, but for {stateNow}.
library TensorGas {
    using TensorChecks for uint256;

    /// @dev Price of what no gas pays for: more than 2^53-1. Sums of a few do not overflow.
    uint256 internal constant UNPAYABLE = type(uint128).max;

    /// @dev The EVM counts an instruction's gas up to here.
    uint256 private constant MAX_GAS = 2 ** 53 - 1;
    /// @dev Bytes of a model that are charged together.
    uint256 private constant CHUNK_BYTES = 32768;

    /// @notice Prices of the first revision, with those of the EVM from Berlin to Osaka.
    /// @return prices of a chain that sets none of its own
    function defaultPrices() internal pure returns (TensorPrices memory prices) {
        prices.baseGas = 100;
        prices.tileMacsQ16 = 186;
        prices.tileOutputsQ16 = 428;
        prices.panelBytesQ16 = 1772;
        prices.vectorMacsQ16 = 317;
        prices.widenedElementsQ16 = 609;
        prices.productStepsQ16 = 188352;
        prices.depthwiseMacsQ16 = 736;
        prices.depthwiseOutputsQ16 = 11125;
        prices.depthwiseInputsQ16 = 731;
        prices.depthwiseTapsQ16 = 22479;
        prices.depthwiseWeightsQ16 = 1247;
        prices.rescaledElementsQ16 = 6581;
        prices.channelRescaledElementsQ16 = 20492;
        prices.rescaledChannelsQ16 = 41567;
        prices.elementwiseBytesQ16 = 311;
        prices.elementwiseVectorsQ16 = 5589;
        prices.elementwiseRunsQ16 = 26311;
        prices.shiftedVectorsQ16 = 13838;
        prices.copiedBytesQ16 = 0;
        prices.storedBytesQ16 = 1447;
        prices.movedBytesQ16 = 336;
        prices.movedPartsQ16 = 10367;
        prices.movedValuesQ16 = 7976;
        prices.movedVectorsQ16 = 20502;
        prices.movedRowsQ16 = 15530;
        prices.gatheredLinesQ16 = 51513;
        prices.reducedVectorsQ16 = 13275;
        prices.reducedRunsQ16 = 23402;
        prices.pooledBytesQ16 = 298;
        prices.pooledVectorsQ16 = 4377;
        prices.pooledFoldsQ16 = 10336;
        prices.pooledWindowsQ16 = 55762;
        prices.tableElementsQ16 = 4766;
        prices.softmaxElementsQ16 = 10204;
        prices.softmaxRowsQ16 = 311459;
        prices.rootElementsQ16 = 89147;
        prices.hashedBytesQ16 = 43052;
        prices.handlesQ16 = 65536;
        prices.zeroedBytesQ16 = 756;
        prices.pageGas = 225;
        prices.coldChunkGas = 6600;
        prices.warmChunkGas = 100;
        prices.arenaBytes = 67108864;
        prices.maxHandles = 1024;
        prices.memoryWordGas = 3;
        prices.memoryQuadraticDivisor = 512;
        prices.coldAccountGas = 2600;
        prices.coldSlotGas = 2100;
        prices.warmAccessGas = 100;
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
            return (typeWord.bytesOf() + 63) & ~uint256(63);
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
            return (count + 4095) / 4096;
        }
    }

    /// @notice Price of TMLOAD.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param typeWord type of the tensor
    /// @param offset first byte
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tmload(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 typeWord,
        uint256 offset
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = typeWord;
            uint256 more = _growth(prices, state, offset, typeWord.bytesOf());
            uint256 work = TensorGasWork.copied(prices, output);
            gas = _price(prices, state, work, output, more);
        }
    }

    /// @notice Price of TCALLDATALOAD.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param typeWord type of the tensor
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tcalldataload(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 typeWord
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = typeWord;
            uint256 work = TensorGasWork.copied(prices, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TCODELOAD.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param typeWord type of the tensor
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tcodeload(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 typeWord
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = typeWord;
            uint256 more = _account(prices, state);
            uint256 work = TensorGasWork.copied(prices, output);
            gas = _price(prices, state, work, output, more);
        }
    }

    /// @notice Price of TMODELLOAD.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param typeWord type of the whole tensor
    /// @param firstByte bytes of the canonical forms of the tensors before it
    /// @param firstRow first index along the outermost axis
    /// @param rowCount rows, at least 1
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tmodelload(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 typeWord,
        uint256 firstByte,
        uint256 firstRow,
        uint256 rowCount
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = typeWord.withDim(0, rowCount);
            uint256 more = _model(prices, state, typeWord, firstByte, firstRow, rowCount);
            uint256 work = TensorGasWork.copied(prices, output);
            gas = _price(prices, state, work, output, more);
        }
    }

    /// @notice Price of TMSTORE.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param tensor type of tensor, any type
    /// @param offset first byte
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tmstore(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 tensor,
        uint256 offset
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 more = _growth(prices, state, offset, tensor.bytesOf());
            uint256 work = TensorGasWork.stored(prices, tensor);
            gas = _price(prices, state, work, 0, more);
        }
    }

    /// @notice Price of TTYPE.
    /// @param prices of the chain
    /// @return gas {UNPAYABLE} where no gas pays for it
    function ttype(
        TensorPrices memory prices
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 work = 0;
            gas = _payable(_compute(prices, work));
        }
    }

    /// @notice Price of TFREE.
    /// @param prices of the chain
    /// @param count handles in the range
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tfree(
        TensorPrices memory prices,
        uint256 count
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 work = TensorGasWork.freed(prices, count);
            gas = _payable(_compute(prices, work));
        }
    }

    /// @notice Price of TSPACE.
    /// @param prices of the chain
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tspace(
        TensorPrices memory prices
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 work = 0;
            gas = _payable(_compute(prices, work));
        }
    }

    /// @notice Price of TROOT.
    /// @param prices of the chain
    /// @param tensor type of tensor, any type
    /// @return gas {UNPAYABLE} where no gas pays for it
    function troot(
        TensorPrices memory prices,
        uint256 tensor
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 work = TensorGasWork.hashed(prices, tensor);
            gas = _payable(_compute(prices, work));
        }
    }

    /// @notice Price of MATMUL.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param a type of a, int8 or int16 [..,M,K]
    /// @param b type of b, int8 [..,N,K]
    /// @return gas {UNPAYABLE} where no gas pays for it
    function matmul(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.product(a, b);
            uint256 work = TensorGasContraction.product(prices, a, b, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of CONV2D.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes zero point, pads, strides, dilations and groups
    /// @param x type of x, int8 [N,H,W,C]
    /// @param weights type of weights, int8 [O,KH,KW,I], I = C / groups
    /// @return gas {UNPAYABLE} where no gas pays for it
    function conv2d(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x,
        uint256 weights
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.convolution(attributes, x, weights);
            uint256 work = TensorGasContraction.convolution(prices, attributes, x, weights, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of DEPTHWISE_CONV2D.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes zero point, pads, strides and dilations
    /// @param x type of x, int8 [N,H,W,C]
    /// @param weights type of weights, int8 [KH,KW,O]
    /// @return gas {UNPAYABLE} where no gas pays for it
    function depthwiseConv2d(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x,
        uint256 weights
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.depthwise(attributes, x, weights);
            uint256 work = TensorGasContraction.depthwise(prices, attributes, x, weights, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TRANSPOSE_CONV2D.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes zero point, pads, strides and output size
    /// @param x type of x, int8 [N,H,W,C]
    /// @param weights type of weights, int8 [O,KH,KW,C]
    /// @return gas {UNPAYABLE} where no gas pays for it
    function transposeConv2d(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x,
        uint256 weights
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.transposedConvolution(attributes, x, weights);
            uint256 work = TensorGasContraction.transposedConvolution(prices, attributes, x, weights, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of RESCALE.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes output dtype, form of the factors, rounding, zero points and range
    /// @param x type of x, any dtype [..,C]
    /// @param shift the shift where it is a word, else anything
    /// @return gas {UNPAYABLE} where no gas pays for it
    function rescale(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x,
        uint256 shift
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.rescaled(attributes, x);
            uint256 work = TensorGasWork.rescaled(prices, attributes, output, shift);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of CLAMP.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function clamp(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = x;
            uint256 work = TensorGasWork.limited(prices, x);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TABLE.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param x type of x, int8 or int16
    /// @param tableType type of table, any dtype [256] for an int8 x; int16 [513] for an int16 x
    /// @return gas {UNPAYABLE} where no gas pays for it
    function table(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 x,
        uint256 tableType
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.lookedUp(x, tableType);
            uint256 work = TensorGasWork.lookedUp(prices, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of SOFTMAX.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes output form
    /// @param x type of x, int8 [..,n], n <= 4095
    /// @return gas {UNPAYABLE} where no gas pays for it
    function softmax(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.softmax(attributes, x);
            uint256 work = TensorGasWork.softmax(prices, x);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TADD.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param a type of a, int32
    /// @param b type of b, int32, of a shape that broadcasts with that of a
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tadd(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.broadcast(a, b);
            uint256 work = TensorGasWork.elementwise(prices, a, b, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TSUB.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param a type of a, int32
    /// @param b type of b, int32, of a shape that broadcasts with that of a
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tsub(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.broadcast(a, b);
            uint256 work = TensorGasWork.elementwise(prices, a, b, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TMUL.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes shift
    /// @param a type of a, int32
    /// @param b type of b, int32, of a shape that broadcasts with that of a
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tmul(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.broadcast(a, b);
            uint256 work = TensorGasWork.multiplied(prices, attributes, a, b, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of MAXIMUM.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param a type of a, any dtype
    /// @param b type of b, of the dtype of a and a shape that broadcasts with that of a
    /// @return gas {UNPAYABLE} where no gas pays for it
    function maximum(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.broadcast(a, b);
            uint256 work = TensorGasWork.elementwise(prices, a, b, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of MINIMUM.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param a type of a, any dtype
    /// @param b type of b, of the dtype of a and a shape that broadcasts with that of a
    /// @return gas {UNPAYABLE} where no gas pays for it
    function minimum(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.broadcast(a, b);
            uint256 work = TensorGasWork.elementwise(prices, a, b, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of ARITHMETIC_RIGHT_SHIFT.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param a type of a, int32
    /// @param b type of b, int32, of a shape that broadcasts with that of a
    /// @return gas {UNPAYABLE} where no gas pays for it
    function arithmeticRightShift(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.broadcast(a, b);
            uint256 work = TensorGasWork.shifted(prices, a, b, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of RSQRT.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param x type of x, int32
    /// @return gas {UNPAYABLE} where no gas pays for it
    function rsqrt(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = x;
            uint256 work = TensorGasWork.rooted(prices, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of REDUCE_SUM.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes axes and zero point
    /// @param x type of x, int8, int16 or int32
    /// @return gas {UNPAYABLE} where no gas pays for it
    function reduceSum(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.reduced(TensorInstructions.INT32, attributes, attributes & 0x40 != 0, x);
            uint256 work = TensorGasWork.reduced(prices, attributes, x, 1);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of REDUCE_MAX.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes axes
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function reduceMax(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.reduced(x & 0xff, attributes, attributes & 0x40 != 0, x);
            uint256 work = TensorGasWork.reduced(prices, attributes, x, 1);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of REDUCE_MIN.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes axes
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function reduceMin(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.reduced(x & 0xff, attributes, attributes & 0x40 != 0, x);
            uint256 work = TensorGasWork.reduced(prices, attributes, x, 1);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of ARGMAX.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes axis
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function argmax(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.reduced(TensorInstructions.INT32, 1 << attributes, false, x);
            uint256 work = TensorGasWork.searched(prices, attributes, x);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of AVG_POOL2D.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes pads, window and strides
    /// @param x type of x, int8 [N,H,W,C]
    /// @return gas {UNPAYABLE} where no gas pays for it
    function avgPool2d(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.pooled(attributes, x);
            uint256 work = TensorGasPools.pooled(prices, attributes, x, output, true);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of MAX_POOL2D.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes pads, window and strides
    /// @param x type of x, int8, int16 or int32 [N,H,W,C]
    /// @return gas {UNPAYABLE} where no gas pays for it
    function maxPool2d(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.pooled(attributes, x);
            uint256 work = TensorGasPools.pooled(prices, attributes, x, output, false);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of RESHAPE.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param typeWord dtype of x, the new shape
    /// @return gas {UNPAYABLE} where no gas pays for it
    function reshape(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 typeWord
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = typeWord;
            uint256 work = TensorGasWork.copied(prices, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TRANSPOSE.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes permutation
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function transpose(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.transposed(attributes, x);
            uint256 work = TensorGasMoves.transposed(prices, attributes, x, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of SLICE.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param size elements along each axis, at least 1
    /// @param stride step along each axis, minus one
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function slice(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 size,
        uint256 stride,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.sliced(size, x);
            uint256 work = TensorGasMoves.sliced(prices, stride, x, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of PAD.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes value and pads
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function pad(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.padded(attributes, x);
            uint256 work = TensorGasMoves.padded(prices, x, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of CONCAT.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param attributes axis
    /// @param a type of a, any dtype
    /// @param b type of b, dtype of a, its shape but for the axis
    /// @return gas {UNPAYABLE} where no gas pays for it
    function concat(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 attributes,
        uint256 a,
        uint256 b
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.joined(attributes, a, b);
            uint256 work = TensorGasMoves.joined(prices, attributes, a, b);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of GATHER.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param tableType type of table, any dtype [R,..]
    /// @param indices type of indices, int8, int16 or int32, any shape
    /// @return gas {UNPAYABLE} where no gas pays for it
    function gather(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 tableType,
        uint256 indices
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.gathered(tableType, indices);
            uint256 work = TensorGasMoves.gathered(prices, tableType, indices);
            gas = _price(prices, state, work, output, 0);
        }
    }

    /// @notice Price of TILE.
    /// @param prices of the chain
    /// @param state the transaction so far
    /// @param multiples copies along each axis, at least 1
    /// @param x type of x, any dtype
    /// @return gas {UNPAYABLE} where no gas pays for it
    function tile(
        TensorPrices memory prices,
        TensorGasState memory state,
        uint256 multiples,
        uint256 x
    ) internal pure returns (uint256 gas) {
        unchecked {
            uint256 output = TensorGasTypes.tiled(multiples, x);
            uint256 work = TensorGasMoves.tiled(prices, multiples, x, output);
            gas = _price(prices, state, work, output, 0);
        }
    }

    function _compute(TensorPrices memory prices, uint256 work) private pure returns (uint256) {
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

    /// @dev Growth of EVM memory that covers `length` bytes from `offset` on.
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
    }
}
