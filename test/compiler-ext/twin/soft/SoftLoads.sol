// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {SoftMachine, SoftTensor} from "./SoftMachine.sol";

/// @title Where tensors come from and go to
library SoftLoads {
    function tmload(uint256 typeWord, uint256 offset) internal pure returns (uint256 handle) {
        (uint256 dtype, uint256[] memory shape) = SoftMachine.decodeType(typeWord);
        uint256 length = SoftMachine.checkedBytes(dtype, shape);
        SoftMachine.checkMemory(offset, length);
        SoftTensor memory tensor;
        (handle, tensor) = SoftMachine.create(dtype, shape);
        unpack(tensor, offset);
    }

    function tcalldataload(uint256 typeWord, uint256 offset) internal pure returns (uint256 handle) {
        SoftTensor memory tensor;
        (handle, tensor) = create(typeWord);
        bytes memory form = new bytes(SoftMachine.bytesOf(tensor));
        uint256 start;
        assembly ("memory-safe") {
            start := add(form, 32)
            // CALLDATACOPY would wrap around at 2^256.
            if lt(offset, calldatasize()) {
                calldatacopy(start, offset, mload(form))
            }
        }
        unpack(tensor, start);
    }

    function tcodeload(uint256 typeWord, uint256 account, uint256 offset) internal view returns (uint256 handle) {
        SoftTensor memory tensor;
        (handle, tensor) = create(typeWord);
        unpackCode(tensor, address(uint160(account)), offset);
    }

    /// @dev The code of the account at the low 160 bits of a model's root has the root, then the number of tensors, then a
    /// type word and an offset for each, then their canonical forms.
    function tmodelload(
        uint256 root,
        uint256 index,
        uint256 firstRow,
        uint256 rowCount
    ) internal view returns (uint256 handle) {
        address model = address(uint160(root));
        SoftMachine.check(model.code.length != 0 && codeWord(model, 0) == root);
        SoftMachine.check(index < codeWord(model, 32));
        (uint256 dtype, uint256[] memory shape) = SoftMachine.decodeType(codeWord(model, 64 + 64 * index));
        SoftMachine.check(rowCount >= 1 && rowCount <= shape[0] && firstRow <= shape[0] - rowCount);
        uint256 rowBytes = SoftMachine.checkedBytes(dtype, shape) / shape[0];
        uint256 offset = codeWord(model, 96 + 64 * index) + firstRow * rowBytes;
        shape[0] = rowCount;
        SoftTensor memory tensor;
        (handle, tensor) = SoftMachine.create(dtype, shape);
        unpackCode(tensor, model, offset);
    }

    function tmstore(uint256 handle, uint256 offset) internal pure {
        SoftTensor memory tensor = SoftMachine.tensorOf(handle);
        uint256 length = SoftMachine.bytesOf(tensor);
        SoftMachine.checkMemory(offset, length);
        bytes memory form = canonicalForm(tensor, length);
        assembly ("memory-safe") {
            mcopy(offset, add(form, 32), length)
        }
    }

    function ttype(uint256 handle) internal pure returns (uint256) {
        return SoftMachine.encodeType(SoftMachine.tensorOf(handle));
    }

    function tfree(uint256 handle, uint256 count) internal pure {
        SoftMachine.check(handle != 0 && handle <= 2 ** 32 && count <= 2 ** 32 - handle);
        SoftMachine.check(count == 0 || handle + count - 1 <= SoftMachine.handlesMade());
        for (uint256 end = handle + count; handle < end; ++handle) {
            if (SoftMachine.isAlive(handle)) SoftMachine.release(handle);
        }
    }

    function tspace() internal pure returns (uint256) {
        return SoftMachine.ARENA_BYTES - SoftMachine.liveBytes();
    }

    function troot(uint256 handle) internal pure returns (uint256) {
        SoftTensor memory tensor = SoftMachine.tensorOf(handle);
        uint256 width = 1;
        while (width * 256 < SoftMachine.bytesOf(tensor)) width *= 2;
        bytes memory padded = canonicalForm(tensor, width * 256);
        bytes32[] memory nodes = new bytes32[](width);
        for (uint256 leaf; leaf < width; ++leaf) {
            bytes32 hash;
            assembly ("memory-safe") {
                hash := keccak256(add(add(padded, 32), mul(leaf, 256)), 256)
            }
            nodes[leaf] = hash;
        }
        for (; width > 1; width /= 2) {
            for (uint256 node; node < width / 2; ++node)
                nodes[node] = keccak256(abi.encodePacked(nodes[2 * node], nodes[2 * node + 1]));
        }
        return uint256(keccak256(abi.encodePacked(SoftMachine.encodeType(tensor), nodes[0])));
    }

    function create(uint256 typeWord) private pure returns (uint256, SoftTensor memory) {
        (uint256 dtype, uint256[] memory shape) = SoftMachine.decodeType(typeWord);
        return SoftMachine.create(dtype, shape);
    }

    function codeWord(address account, uint256 offset) private view returns (uint256 word) {
        assembly ("memory-safe") {
            extcodecopy(account, 0, offset, 32)
            word := mload(0)
        }
    }

    function unpackCode(SoftTensor memory tensor, address account, uint256 offset) private view {
        bytes memory form = new bytes(SoftMachine.bytesOf(tensor));
        uint256 start;
        assembly ("memory-safe") {
            start := add(form, 32)
            if lt(offset, extcodesize(account)) {
                extcodecopy(account, start, offset, mload(form))
            }
        }
        unpack(tensor, start);
    }

    /// @dev Reads little-endian elements from memory.
    function unpack(SoftTensor memory tensor, uint256 start) private pure {
        uint256 size = SoftMachine.elementBytes(tensor.dtype);
        int256[] memory data = tensor.data;
        assembly ("memory-safe") {
            let to := add(data, 32)
            for { let end := add(start, mul(size, mload(data))) } lt(start, end) { start := add(start, size) } {
                let word := mload(start)
                let value := 0
                for { let k := size } k { } {
                    k := sub(k, 1)
                    value := or(shl(8, value), byte(k, word))
                }
                mstore(to, signextend(sub(size, 1), value))
                to := add(to, 32)
            }
        }
    }

    /// @dev The canonical form, followed by zeros up to a length.
    function canonicalForm(SoftTensor memory tensor, uint256 length) private pure returns (bytes memory form) {
        form = new bytes(length);
        uint256 size = SoftMachine.elementBytes(tensor.dtype);
        int256[] memory data = tensor.data;
        assembly ("memory-safe") {
            let to := add(form, 32)
            let from := add(data, 32)
            for { let end := add(from, mul(32, mload(data))) } lt(from, end) { from := add(from, 32) } {
                let value := mload(from)
                for { let k := 0 } lt(k, size) { k := add(k, 1) } {
                    mstore8(to, shr(mul(8, k), value))
                    to := add(to, 1)
                }
            }
        }
    }
}
