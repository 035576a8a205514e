// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

library Shared {
    function id(uint256 x) external pure returns (uint256) {
        return x + 1;
    }
}

contract Same {
    uint256 internal immutable value;

    constructor(uint256 v) {
        value = Shared.id(v);
    }

    function get() external view returns (uint256) {
        return value * 2;
    }
}

contract Pair {}
