// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {DType, Quantization, Tensor, Tensors} from "tensor-evm/Tensor.sol";
import {Base, Data} from "./Base.sol";

contract Arithmetic is Base {
    function add(Data memory a, Data memory b) external pure returns (Data memory) {
        return store(load(a).add(load(b)));
    }

    function sub(Data memory a, Data memory b) external pure returns (Data memory) {
        return store(load(a).sub(load(b)));
    }

    function mul(Data memory a, Data memory b) external pure returns (Data memory) {
        return store(load(a).mul(load(b)));
    }

    function mulShift(Data memory a, Data memory b, uint256 places) external pure returns (Data memory) {
        return store(load(a).mul(load(b), places));
    }

    /// @notice a + b - -(a * b)
    function operators(Data memory a, Data memory b) external pure returns (Data memory) {
        (Tensor x, Tensor y) = (load(a), load(b));
        return store(x + y - -(x * y));
    }

    function negate(Data memory a) external view returns (Data memory result, uint256 alive) {
        Tensor x = load(a);
        uint256 before = Tensors.space();
        result = store(x.negate());
        alive = live(before);
    }

    function maximum(Data memory a, Data memory b) external pure returns (Data memory) {
        return store(load(a).maximum(load(b)));
    }

    function minimum(Data memory a, Data memory b) external pure returns (Data memory) {
        return store(load(a).minimum(load(b)));
    }

    function arithmeticRightShift(Data memory a, Data memory b) external pure returns (Data memory) {
        return store(load(a).arithmeticRightShift(load(b)));
    }

    function rsqrt(Data memory x) external pure returns (Data memory) {
        return store(load(x).rsqrt());
    }

    function clamp(Data memory x, int256 low, int256 high) external pure returns (Data memory) {
        return store(load(x).clamp(low, high));
    }

    function relu(Data memory x) external pure returns (Data memory) {
        return store(load(x).relu());
    }

    function reluAt(Data memory x, int256 zeroPoint) external pure returns (Data memory) {
        return store(load(x).relu(zeroPoint));
    }

    function table(Data memory x, Data memory entries) external pure returns (Data memory) {
        return store(load(x).table(load(entries)));
    }

    function softmax(Data memory x, Data memory exponentials) external pure returns (Data memory) {
        return store(load(x).softmax(load(exponentials)));
    }

    function softmaxForm(Data memory x, Data memory exponentials, uint256 form) external pure returns (Data memory) {
        return store(load(x).softmax(load(exponentials), form));
    }

    function rescale(Data memory x, Quantization quantization) external pure returns (Data memory) {
        return store(load(x).rescale(quantization));
    }

    function rescaleChannels(
        Data memory x,
        Quantization quantization,
        Data memory factors
    ) external pure returns (Data memory) {
        return store(load(x).rescale(quantization, load(factors)));
    }

    function cast(Data memory x, uint256 kind) external pure returns (Data memory) {
        return store(load(x).cast(DType.wrap(kind)));
    }

    function reduceSum(Data memory x, uint256 axis) external pure returns (Data memory) {
        return store(load(x).reduceSum(axis));
    }

    function reduceSumOver(
        Data memory x,
        uint256[] memory over,
        bool keepDims,
        int256 zeroPoint
    ) external pure returns (Data memory) {
        return store(load(x).reduceSum(axesOf(over), keepDims, zeroPoint));
    }

    function reduceMax(Data memory x, uint256 axis) external pure returns (Data memory) {
        return store(load(x).reduceMax(axis));
    }

    function reduceMaxOver(Data memory x, uint256[] memory over, bool keepDims) external pure returns (Data memory) {
        return store(load(x).reduceMax(axesOf(over), keepDims));
    }

    function reduceMin(Data memory x, uint256 axis) external pure returns (Data memory) {
        return store(load(x).reduceMin(axis));
    }

    function reduceMinOver(Data memory x, uint256[] memory over, bool keepDims) external pure returns (Data memory) {
        return store(load(x).reduceMin(axesOf(over), keepDims));
    }

    function argmax(Data memory x) external view returns (uint256 position, uint256 alive) {
        Tensor t = load(x);
        uint256 before = Tensors.space();
        position = t.argmax();
        alive = live(before);
    }

    function argmaxAlong(Data memory x, uint256 axis) external pure returns (Data memory) {
        return store(load(x).argmax(axis));
    }

    /// @notice Whether a reduction of zeros of this type passes the check of its reach.
    function reach(uint256 kind, uint256[] memory list, uint256[] memory over) external pure {
        Tensors.zeros(DType.wrap(kind), dimsOf(list)).reduceMax(axesOf(over), false);
    }

    function reachOfArgmax(uint256 length) external pure returns (uint256) {
        uint256[] memory list = new uint256[](1);
        list[0] = length;
        return Tensors.zeros(DType.wrap(1), dimsOf(list)).argmax();
    }
}
