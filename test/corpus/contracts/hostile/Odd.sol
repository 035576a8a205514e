// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

uint256 constant LIMIT = 77;

/* } { " ' */ function f(uint256 x) pure returns (uint256) {
    require(x < LIMIT, '"');
    return x * x;
}
