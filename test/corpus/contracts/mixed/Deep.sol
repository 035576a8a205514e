// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Branch} from "Creation.sol";
import {Calculator} from "Operators.sol";

/// @custom:evm-opcode TSPACE
function space() view returns (uint256 r) {}

contract Grower {
    Branch internal immutable branch = new Branch(space());

    function grow(Calculator other) external returns (Branch, Branch, address) {
        return (branch, new Branch(7), address(other));
    }
}
