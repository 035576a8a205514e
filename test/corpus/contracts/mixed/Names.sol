// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Same} from "it's \"quoted\".sol";
import {Transient} from "Transient.sol";

/// @custom:evm-opcode TSPACE
function $tspace$() view returns (uint256 r) {}

contract $Crowd {
    function make() external returns (Same) {
        return new Same($tspace$());
    }
}

contract Aside {
    Transient internal immutable other = new Transient();

    function text() external pure returns (string memory) {
        return unicode"verbatim_0i_1o(hex\"ae08\") } → @custom:evm-opcode TSPACE";
    }
}
