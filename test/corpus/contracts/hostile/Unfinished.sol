// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

// The constructor always reverts, so that the optimizer removes the assignment: an error of solc's own.
contract Unfinished {
    uint256 public immutable value;

    constructor(uint256 v) {
        value = v;
        check(v);
        revert("never");
    }

    function check(uint256 v) internal pure {
        require(v > 0);
    }
}
