// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

// solc refuses msize in Solidity where the Yul optimizer is on.
contract MemorySize {
    function size() external view returns (uint256 a, uint256 b) {
        assembly {
            a := msize()
            pop(staticcall(gas(), 4, 0, 32, 0, 32))
            b := returndatasize()
        }
    }
}
