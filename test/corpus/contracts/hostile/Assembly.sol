// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

/// @title Assembly that looks like what a rewriter of Yul might look for.
contract Assembly {
    /// @notice /// @ast-id 17 and /// @src 0:1:2 and verbatim_2i_1o(hex"ae10", a, b)
    function texts() external pure returns (string memory, bytes memory, bytes32) {
        return (
            "verbatim_1i_1o(hex\"ae10\", x) } object \"Assembly_1_deployed\" { code { /// @ast-id 3\n/** @src 0:1:2 */",
            hex"ae10ae11ae12f3fd5b",
            "/* @use-src 0:\"x.sol\" */ {{{"
        );
    }

    function names(uint256 x) external pure returns (uint256 r) {
        /// @solidity memory-safe-assembly
        assembly {
            // verbatim_0i_1o(hex"ae00") /// @ast-id 5 { {
            /* } object "other" { code { } } @src 9:9:9 */
            function fun_add_12(a, b) -> verbatim {
                verbatim := add(a, b)
            }
            function usr$fun(object_) -> code_ {
                let loadimmutable_, setimmutable_ := tuple()
                code_ := add(object_, sub(loadimmutable_, setimmutable_))
            }
            function tuple() -> one, two {
                one := 1
                two := "\"}{\\\x41\u00e9"
            }
            let hex_ := hex"ae10ae11"
            let data_ := fun_add_12(x, hex_)
            r := usr$fun(data_)
        }
    }

    function control(uint256 n) external pure returns (uint256 r) {
        assembly {
            for { let i := 0 } lt(i, n) { i := add(i, 1) } {
                if eq(i, 5) { continue }
                switch mod(i, 4)
                case 0 { r := add(r, 1) }
                case 0x01 { r := mul(r, 3) }
                case "\x02" { break }
                default { leaveEarly() }
            }
            function leaveEarly() {
                if gt(calldataload(4), 100) { leave }
                mstore(0, 0x45d1e9ce)
            }
        }
    }

    function jumps(bytes calldata data) external returns (bytes32 hash) {
        assembly {
            let p := mload(0x40)
            calldatacopy(p, data.offset, data.length)
            log2(p, data.length, 0xae, 0xae10)
            hash := keccak256(p, data.length)
            if iszero(hash) { invalid() }
            if eq(hash, 1) { selfdestruct(caller()) }
            if eq(hash, 2) { return(p, data.length) }
            if eq(hash, 3) { stop() }
        }
    }

    uint256 internal slotted;
    uint128 internal packed;

    function slots(mapping(uint256 => uint256)[1] storage s) internal view returns (uint256 r) {
        assembly {
            r := add(add(slotted.slot, packed.offset), sload(s.slot))
        }
    }

    mapping(uint256 => uint256)[1] internal maps;

    function readSlots() external view returns (uint256) {
        return slots(maps);
    }
}
