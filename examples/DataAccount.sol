// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

/// @title Data as the code of an account
/// @notice Costs less to write than storage, and far less to read.
library DataAccount {
    /// @notice The account could not be made: its code has room for 24,575 bytes of data.
    error TooMuchData(uint256 length);

    /// @notice Makes an account whose code is a STOP, so that nobody can call it, and then the data.
    /// @param data at most 24,575 bytes
    /// @return account whose code holds them from byte 1 on
    function create(bytes memory data) internal returns (address account) {
        // PUSH3 length, DUP1, PUSH1 11 (where the code begins), PUSH0, CODECOPY, PUSH0, RETURN
        bytes memory code = abi.encodePacked(hex"62", uint24(data.length + 1), hex"80600b5f395ff3", hex"00", data);
        assembly ("memory-safe") {
            account := create(0, add(code, 0x20), mload(code))
        }
        if (account == address(0)) revert TooMuchData(data.length);
    }
}
