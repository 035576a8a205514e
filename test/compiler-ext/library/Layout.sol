// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Base, Data} from "./Base.sol";

contract Layout is Base {
    function reshape(Data memory x, uint256[] memory list) external pure returns (Data memory) {
        return store(load(x).reshape(dimsOf(list)));
    }

    function flatten(Data memory x) external pure returns (Data memory) {
        return store(load(x).flatten());
    }

    function transpose(Data memory x) external pure returns (Data memory) {
        return store(load(x).transpose());
    }

    function permute(Data memory x, uint256[] memory permutation) external pure returns (Data memory) {
        return store(load(x).transpose(axesOf(permutation)));
    }

    function slice(Data memory x, uint256[] memory begin, uint256[] memory size) external pure returns (Data memory) {
        return store(load(x).slice(axesOf(begin), dimsOf(size)));
    }

    function sliceApart(
        Data memory x,
        uint256[] memory begin,
        uint256[] memory size,
        uint256[] memory stride
    ) external pure returns (Data memory) {
        return store(load(x).slice(axesOf(begin), dimsOf(size), axesOf(stride)));
    }

    function rows(Data memory x, uint256 first, uint256 count) external pure returns (Data memory) {
        return store(load(x).rows(first, count));
    }

    function pad(
        Data memory x,
        int256 value,
        uint256[] memory before,
        uint256[] memory behind
    ) external pure returns (Data memory) {
        return store(load(x).pad(value, axesOf(before), axesOf(behind)));
    }

    function concat(Data memory a, Data memory b, uint256 axis) external pure returns (Data memory) {
        return store(load(a).concat(load(b), axis));
    }

    function gather(Data memory rowsTable, Data memory indices) external pure returns (Data memory) {
        return store(load(rowsTable).gather(load(indices)));
    }

    function tile(Data memory x, uint256[] memory multiples) external pure returns (Data memory) {
        return store(load(x).tile(axesOf(multiples)));
    }
}
