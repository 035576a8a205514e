// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Bottom} from "Immutables.sol";
import {Calculator} from "Operators.sol";
import {Same} from "it's \"quoted\".sol";
import {Pointers} from "Pointers.sol";

type Handle is uint256;

/// @custom:evm-opcode TADD
function plus(Handle a, Handle b) pure returns (Handle) {
    return Handle.wrap(Handle.unwrap(a) + Handle.unwrap(b));
}

using {plus as +} for Handle global;

library Marks {
    /// @custom:evm-opcode 0xae06
    function identity(uint256 a) internal pure returns (uint256) {
        return a;
    }

    /// @notice Not a marker.
    function sum(uint256[] memory values) external pure returns (uint256) {
        Handle r = Handle.wrap(values[0]);
        for (uint256 i = 1; i < values.length; ++i) r = r + Handle.wrap(identity(values[i]));
        return Handle.unwrap(r);
    }
}

contract Grower {
    Bottom internal immutable bottom = new Bottom(2);

    function grow(uint256 a, uint256 b) external returns (uint256, uint256) {
        return (Handle.unwrap(Handle.wrap(a) + Handle.wrap(b)), bottom.call() + new Bottom(8).call());
    }
}

// Calls a library with instructions, and has none itself.
contract Caller {
    function call(uint256[] memory values) external pure returns (uint256) {
        return Marks.sum(values);
    }

    function operate(Calculator other) external pure returns (address) {
        return address(other);
    }
}

contract Crowd {
    function make() external returns (Same, Grower) {
        return (new Same(3), new Grower());
    }
}

// Embeds none with instructions, and none that those embed.
contract Aside {
    function make() external returns (Pointers) {
        return new Pointers(true);
    }
}
