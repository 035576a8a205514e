// SPDX-License-Identifier: Apache-2.0
// Generated from the instruction declarations and prices by `npm run generate`. Do not edit.
pragma solidity ^0.8.29;

import {TensorGas} from "./TensorGas.sol";

/// @notice Prices and limits of a chain at one fork. {TensorGas.defaultPrices} gives those of the first revision.
/// @dev Fields have the parameters' names without "tensor".
struct TensorPrices {
    // each instruction, whatever it does: gas, by the instruction
    uint256 baseGas;
    // multiply-accumulates of a contraction, in whole tiles: gas * 2^16, by the MAC
    uint256 tileMacsQ16;
    // accumulators of a contraction, in whole tiles: gas * 2^16, by the sum
    uint256 tileOutputsQ16;
    // packing the right operand of a contraction: gas * 2^16, by the byte
    uint256 panelBytesQ16;
    // multiply-accumulates with weights that are not packed: gas * 2^16, by the MAC
    uint256 vectorMacsQ16;
    // bringing operands of a contraction to 16 bits: gas * 2^16, by the element
    uint256 widenedElementsQ16;
    // beginning each product of a contraction: gas * 2^16, by the step
    uint256 productStepsQ16;
    // multiply-accumulates of a depthwise convolution: gas * 2^16, by the MAC
    uint256 depthwiseMacsQ16;
    // sums of a depthwise convolution: gas * 2^16, by the sum
    uint256 depthwiseOutputsQ16;
    // bringing the input of a depthwise convolution into lanes: gas * 2^16, by the element
    uint256 depthwiseInputsQ16;
    // taps of a depthwise convolution, for each row of its output: gas * 2^16, by the tap
    uint256 depthwiseTapsQ16;
    // bringing the weights of a depthwise convolution into pairs: gas * 2^16, by the weight
    uint256 depthwiseWeightsQ16;
    // rescaling by one factor; twice where it shifts to the left: gas * 2^16, by the element
    uint256 rescaledElementsQ16;
    // rescaling by a factor for each channel: gas * 2^16, by the element
    uint256 channelRescaledElementsQ16;
    // preparing the factors of channels: gas * 2^16, by the factor
    uint256 rescaledChannelsQ16;
    // reading elementwise operands: gas * 2^16, by the byte
    uint256 elementwiseBytesQ16;
    // elementwise results, in vectors of 16 bytes: gas * 2^16, by the vector
    uint256 elementwiseVectorsQ16;
    // each run along which operands are broadcast alike: gas * 2^16, by the run
    uint256 elementwiseRunsQ16;
    // shifting and rounding products in 64 bits: gas * 2^16, by the vector
    uint256 shiftedVectorsQ16;
    // copying data as a whole into a tensor: gas * 2^16, by the byte
    uint256 copiedBytesQ16;
    // copying a tensor into memory: gas * 2^16, by the byte
    uint256 storedBytesQ16;
    // reading tensors whose parts are moved: gas * 2^16, by the byte
    uint256 movedBytesQ16;
    // laying runs of neighbours one after the other: gas * 2^16, by the vector
    uint256 movedPartsQ16;
    // moving values one by one: gas * 2^16, by the value
    uint256 movedValuesQ16;
    // moving runs, shuffled bytes and tiles that lie apart: gas * 2^16, by the vector
    uint256 movedVectorsQ16;
    // each loop over such values or vectors: gas * 2^16, by the row
    uint256 movedRowsQ16;
    // waiting for lines of 64 bytes of a table: gas * 2^16, by the line
    uint256 gatheredLinesQ16;
    // folding what is reduced, in vectors of 16 bytes: gas * 2^16, by the vector
    uint256 reducedVectorsQ16;
    // runs of neighbours that are reduced, or results side by side: gas * 2^16, by the run
    uint256 reducedRunsQ16;
    // reading what is pooled, gaps included: gas * 2^16, by the byte
    uint256 pooledBytesQ16;
    // folding what is pooled, in vectors of 16 bytes: gas * 2^16, by the vector
    uint256 pooledVectorsQ16;
    // results of folding what is pooled: gas * 2^16, by the vector
    uint256 pooledFoldsQ16;
    // windows, rows of windows and divisors of a pool: gas * 2^16, by the window
    uint256 pooledWindowsQ16;
    // looking elements up in a table: gas * 2^16, by the element
    uint256 tableElementsQ16;
    // elements of a softmax, in whole vectors: gas * 2^16, by the element
    uint256 softmaxElementsQ16;
    // each row of a softmax: gas * 2^16, by the row
    uint256 softmaxRowsQ16;
    // reciprocal square roots: gas * 2^16, by the element
    uint256 rootElementsQ16;
    // hashing into a commitment: gas * 2^16, by the byte
    uint256 hashedBytesQ16;
    // looking at the handles to free: gas * 2^16, by the handle
    uint256 handlesQ16;
    // arena memory of a new tensor, each time: gas * 2^16, by the byte
    uint256 zeroedBytesQ16;
    // arena pages that the transaction never reached before: gas, by the 4 KiB page
    uint256 pageGas;
    // a chunk of a model, the first time in a transaction: gas, by the 32 KiB chunk
    uint256 coldChunkGas;
    // a chunk of a model, after the first time: gas, by the 32 KiB chunk
    uint256 warmChunkGas;
    // most arena memory that live tensors take together: limit, by the byte
    uint256 arenaBytes;
    // most tensors alive at once: limit, by the tensor
    uint256 maxHandles;
    // a word of EVM memory: a price of the EVM
    uint256 memoryWordGas;
    // memory of n words costs n * n / this as well: a price of the EVM
    uint256 memoryQuadraticDivisor;
    // an account, the first time in a transaction: a price of the EVM
    uint256 coldAccountGas;
    // a storage slot, the first time in a transaction: a price of the EVM
    uint256 coldSlotGas;
    // an account or a slot after the first time: a price of the EVM
    uint256 warmAccessGas;
}

/// @notice What of a transaction so far prices depend on. All zeros: nothing has happened yet.
struct TensorGasState {
    // Arena bytes of the live tensors of all open frames, each in whole granules of 64 bytes.
    uint256 liveBytes;
    // Most pages of 4096 bytes of the arena that were in use at once; those of liveBytes where this is less.
    uint256 peakPages;
    // Words of EVM memory that the frame uses: TMLOAD, TMSTORE.
    uint256 memoryWords;
    // How many of the chunks that TMODELLOAD touches were read in the transaction before.
    uint256 warmChunks;
    // Whether TCODELOAD's account was accessed in the transaction before.
    bool isAccountWarm;
    // Whether the registration of TMODELLOAD's model was read in the transaction before.
    bool isRegistrationWarm;
}

using TensorGas for TensorPrices global;
using TensorGas for TensorGasState global;
