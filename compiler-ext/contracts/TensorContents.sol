// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {DType, Shape} from "./TensorTypes.sol";

/// @title What a tensor holds
/// @notice Attached to every tensor: `x.shape()`, `y.toBytes()`, `y.get(3)`. Says what a tensor is and gives its
/// elements.
library TensorContents {
    /// @notice Shape of a tensor.
    /// @param self a tensor
    /// @return its dimensions
    function shape(Tensor self) internal pure returns (Shape) {
        return Shape.wrap(TensorInstructions.ttype(self) & ~uint256(0xff));
    }

    /// @notice Dtype of a tensor.
    /// @param self a tensor
    /// @return INT8, INT16 or INT32
    function dtype(Tensor self) internal pure returns (DType) {
        return DType.wrap(TensorInstructions.ttype(self) & 0xff);
    }

    /// @notice Number of elements of a tensor.
    /// @param self a tensor
    /// @return product of its dimensions
    function elements(Tensor self) internal pure returns (uint256) {
        return TensorChecks.elementsOf(TensorInstructions.ttype(self));
    }

    /// @notice Commitment to a tensor: its type and the tree of its elements.
    /// @param self a tensor
    /// @return keccak256(type word, root of the tree), as the specification defines it
    function root(Tensor self) internal pure returns (bytes32) {
        return bytes32(TensorInstructions.troot(self));
    }

    /// @notice Canonical form of a tensor: elements in row-major order, little-endian.
    /// @param self a tensor
    /// @return data its bytes
    function toBytes(Tensor self) internal pure returns (bytes memory data) {
        uint256 length = TensorChecks.bytesOf(TensorInstructions.ttype(self));
        uint256 start;
        assembly ("memory-safe") {
            data := mload(0x40)
            start := add(data, 0x20)
            mstore(data, length)
            // Zeros after the last byte; what is before them is overwritten next.
            mstore(add(start, length), 0)
            mstore(0x40, and(add(add(start, length), 0x1f), not(0x1f)))
        }
        TensorInstructions.tmstore(self, start);
    }

    /// @notice Elements of a tensor as numbers, in row-major order.
    /// @param self a tensor
    /// @return values its elements
    function toArray(Tensor self) internal pure returns (int256[] memory values) {
        uint256 typeWord = TensorInstructions.ttype(self);
        unchecked {
            uint256 size = TensorChecks.elementBytesOf(typeWord);
            uint256 count = TensorChecks.elementsOf(typeWord);
            uint256 end;
            assembly ("memory-safe") {
                values := mload(0x40)
                mstore(values, count)
                end := add(add(values, 0x20), mul(0x20, count))
                mstore(0x40, end)
            }
            // The canonical form goes to the end of the list's own memory. Element i then begins size * (count - i)
            // bytes before that end, and number i 32 * (count - i): no number reaches an element that is yet to be
            // read.
            TensorInstructions.tmstore(self, end - size * count);
            _spread(values, end - size * count, size);
        }
    }

    /// @notice One element of a tensor. Reverts with IndexOutOfRange past the last.
    /// @dev For all elements, {toArray} is cheaper.
    /// @param self a tensor
    /// @param index position in row-major order, from 0
    /// @return value the element
    function get(Tensor self, uint256 index) internal pure returns (int256 value) {
        uint256 typeWord = TensorInstructions.ttype(self);
        unchecked {
            uint256 count = TensorChecks.elementsOf(typeWord);
            if (index >= count) revert TensorErrors.IndexOutOfRange(index, count);
            uint256 size = TensorChecks.elementBytesOf(typeWord);
            if (count * size <= 64) {
                // The whole tensor fits the scratch space.
                TensorInstructions.tmstore(self, 0);
                return _elementAt(index * size, size);
            }
            uint256 begin;
            uint256 one;
            for (uint256 axis = TensorChecks.rankOf(typeWord); axis > 0; --axis) {
                uint256 length = TensorChecks.dimOf(typeWord, axis - 1);
                begin = (begin << 32) | (index % length);
                one = (one << 32) | 1;
                index /= length;
            }
            Tensor element = TensorInstructions.slice(begin, one, 0, self);
            TensorInstructions.tmstore(element, 0);
            element.free();
            return _elementAt(0, size);
        }
    }

    /// @dev Fills a list with the little-endian elements of `size` bytes from a place in memory on, in ascending order.
    function _spread(int256[] memory values, uint256 place, uint256 size) private pure {
        assembly ("memory-safe") {
            let target := add(values, 0x20)
            let end := add(target, mul(0x20, mload(values)))
            switch size
            case 1 {
                for {} lt(target, end) { target := add(target, 0x20) } {
                    mstore(target, signextend(0, byte(0, mload(place))))
                    place := add(place, 1)
                }
            }
            case 2 {
                for {} lt(target, end) { target := add(target, 0x20) } {
                    let stored := mload(place)
                    mstore(target, signextend(1, or(byte(0, stored), shl(8, byte(1, stored)))))
                    place := add(place, 2)
                }
            }
            default {
                for {} lt(target, end) { target := add(target, 0x20) } {
                    let stored := mload(place)
                    let low := or(byte(0, stored), shl(8, byte(1, stored)))
                    let high := or(byte(2, stored), shl(8, byte(3, stored)))
                    mstore(target, signextend(3, or(low, shl(16, high))))
                    place := add(place, 4)
                }
            }
        }
    }

    /// @dev The little-endian element of `size` bytes at a place in memory.
    function _elementAt(uint256 place, uint256 size) private pure returns (int256 value) {
        assembly ("memory-safe") {
            let stored := mload(place)
            switch size
            case 1 {
                value := signextend(0, byte(0, stored))
            }
            case 2 {
                value := signextend(1, or(byte(0, stored), shl(8, byte(1, stored))))
            }
            default {
                let low := or(byte(0, stored), shl(8, byte(1, stored)))
                let high := or(byte(2, stored), shl(8, byte(3, stored)))
                value := signextend(3, or(low, shl(16, high)))
            }
        }
    }
}
