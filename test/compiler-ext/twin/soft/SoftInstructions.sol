// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {SoftActivation} from "./SoftActivation.sol";
import {SoftContraction} from "./SoftContraction.sol";
import {SoftElementwise} from "./SoftElementwise.sol";
import {SoftLayout} from "./SoftLayout.sol";
import {SoftLoads} from "./SoftLoads.sol";
import {SoftReduction} from "./SoftReduction.sol";
import {SoftMachine} from "./SoftMachine.sol";

/// @title Every tensor instruction in plain Solidity
/// @notice The functions that a twin calls where a lowered contract has an instruction. Written from SPEC.md; operands are
/// words in stack order, results words.
library SoftInstructions {
    modifier onOwnHeap() {
        uint256 pointer = SoftMachine.enter();
        _;
        SoftMachine.exit(pointer);
    }

    function tmload(uint256 typeWord, uint256 offset) internal pure onOwnHeap returns (uint256) {
        return SoftLoads.tmload(typeWord, offset);
    }

    function tcalldataload(uint256 typeWord, uint256 offset) internal pure onOwnHeap returns (uint256) {
        return SoftLoads.tcalldataload(typeWord, offset);
    }

    function tcodeload(uint256 typeWord, uint256 account, uint256 offset) internal view onOwnHeap returns (uint256) {
        return SoftLoads.tcodeload(typeWord, account, offset);
    }

    function tmodelload(
        uint256 model,
        uint256 index,
        uint256 firstRow,
        uint256 rowCount
    ) internal view onOwnHeap returns (uint256) {
        return SoftLoads.tmodelload(model, index, firstRow, rowCount);
    }

    function tmstore(uint256 tensor, uint256 offset) internal pure onOwnHeap {
        SoftLoads.tmstore(tensor, offset);
    }

    function ttype(uint256 tensor) internal pure onOwnHeap returns (uint256) {
        return SoftLoads.ttype(tensor);
    }

    function tfree(uint256 handle, uint256 count) internal pure onOwnHeap {
        SoftLoads.tfree(handle, count);
    }

    function tspace() internal pure onOwnHeap returns (uint256) {
        return SoftLoads.tspace();
    }

    function troot(uint256 tensor) internal pure onOwnHeap returns (uint256) {
        return SoftLoads.troot(tensor);
    }

    function matmul(uint256 attributes, uint256 a, uint256 b, uint256 bias) internal pure onOwnHeap returns (uint256) {
        return SoftContraction.matmul(attributes, a, b, bias);
    }

    function conv2d(
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 bias
    ) internal pure onOwnHeap returns (uint256) {
        return SoftContraction.conv2d(attributes, x, weights, bias);
    }

    function depthwiseConv2d(
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 bias
    ) internal pure onOwnHeap returns (uint256) {
        return SoftContraction.depthwiseConv2d(attributes, x, weights, bias);
    }

    function transposeConv2d(
        uint256 attributes,
        uint256 x,
        uint256 weights,
        uint256 bias
    ) internal pure onOwnHeap returns (uint256) {
        return SoftContraction.transposeConv2d(attributes, x, weights, bias);
    }

    function rescale(
        uint256 attributes,
        uint256 x,
        uint256 multiplier,
        uint256 shift
    ) internal pure onOwnHeap returns (uint256) {
        return SoftActivation.rescale(attributes, x, multiplier, shift);
    }

    function clamp(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftActivation.clamp(attributes, x);
    }

    function table(uint256 x, uint256 entries) internal pure onOwnHeap returns (uint256) {
        return SoftActivation.table(x, entries);
    }

    function softmax(uint256 attributes, uint256 x, uint256 exponentials) internal pure onOwnHeap returns (uint256) {
        return SoftActivation.softmax(attributes, x, exponentials);
    }

    function tadd(uint256 a, uint256 b) internal pure onOwnHeap returns (uint256) {
        return SoftElementwise.tadd(a, b);
    }

    function tsub(uint256 a, uint256 b) internal pure onOwnHeap returns (uint256) {
        return SoftElementwise.tsub(a, b);
    }

    function tmul(uint256 attributes, uint256 a, uint256 b) internal pure onOwnHeap returns (uint256) {
        return SoftElementwise.tmul(attributes, a, b);
    }

    function maximum(uint256 a, uint256 b) internal pure onOwnHeap returns (uint256) {
        return SoftElementwise.maximum(a, b);
    }

    function minimum(uint256 a, uint256 b) internal pure onOwnHeap returns (uint256) {
        return SoftElementwise.minimum(a, b);
    }

    function arithmeticRightShift(uint256 a, uint256 b) internal pure onOwnHeap returns (uint256) {
        return SoftElementwise.arithmeticRightShift(a, b);
    }

    function rsqrt(uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftElementwise.rsqrt(x);
    }

    function reduceSum(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftReduction.reduceSum(attributes, x);
    }

    function reduceMax(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftReduction.reduceMax(attributes, x);
    }

    function reduceMin(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftReduction.reduceMin(attributes, x);
    }

    function argmax(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftReduction.argmax(attributes, x);
    }

    function avgPool2d(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftReduction.avgPool2d(attributes, x);
    }

    function maxPool2d(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftReduction.maxPool2d(attributes, x);
    }

    function reshape(uint256 typeWord, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftLayout.reshape(typeWord, x);
    }

    function transpose(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftLayout.transpose(attributes, x);
    }

    function slice(uint256 begin, uint256 size, uint256 stride, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftLayout.slice(begin, size, stride, x);
    }

    function pad(uint256 attributes, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftLayout.pad(attributes, x);
    }

    function concat(uint256 attributes, uint256 a, uint256 b) internal pure onOwnHeap returns (uint256) {
        return SoftLayout.concat(attributes, a, b);
    }

    function gather(uint256 rows, uint256 indices) internal pure onOwnHeap returns (uint256) {
        return SoftLayout.gather(rows, indices);
    }

    function tile(uint256 multiples, uint256 x) internal pure onOwnHeap returns (uint256) {
        return SoftLayout.tile(multiples, x);
    }
}
