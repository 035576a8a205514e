// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Same as Other} from "other/Same.sol";

library Shared {
    function id(uint256 x) external pure returns (uint256) {
        return x;
    }
}

// Another file has contracts and a library of the same names.
contract Same {
    Other internal immutable other = new Other(2);
    uint256 internal immutable value;

    constructor(uint256 v) {
        value = Shared.id(v);
    }

    function get() external view returns (uint256) {
        return value + other.get();
    }
}

contract Pair {
    function both() external returns (address, address) {
        return (address(new Same(1)), address(new Other(1)));
    }
}
