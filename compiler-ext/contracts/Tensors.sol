// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {DType, INT32, Shape} from "./TensorTypes.sol";

/// @dev Stands for "no bias" where a function takes one.
Tensor constant NO_BIAS = Tensor.wrap(0);

/// @title Tensors in and out
/// @notice Makes tensors from calldata, memory, code, models and numbers, says what they are, and gives their elements. A
/// tensor belongs to the call frame that made it; it can't be returned to or taken from another contract.
/// @dev Every check reads the type of a tensor with TTYPE, at 100 gas, and compares words; see docs/solidity.md. A handle that
/// is no tensor of the frame, a full arena and a model that is not registered halt: there is no way to ask before.
library Tensors {
    /// @notice Reads a tensor from calldata. Reverts with LengthMismatch unless the data is exactly its canonical form.
    /// @param data elements in row-major order, little-endian
    /// @param elementType dtype
    /// @param dims shape
    /// @return tensor of that type
    function fromCalldata(bytes calldata data, DType elementType, Shape dims) internal pure returns (Tensor tensor) {
        uint256 typeWord = _typeWord(elementType, dims);
        _requireLength(data.length, typeWord);
        uint256 offset;
        assembly ("memory-safe") {
            offset := data.offset
        }
        return TensorInstructions.tcalldataload(typeWord, offset);
    }

    /// @notice Reads a tensor from memory. Reverts with LengthMismatch unless the data is exactly its canonical form.
    /// @param data elements in row-major order, little-endian
    /// @param elementType dtype
    /// @param dims shape
    /// @return tensor of that type
    function fromBytes(bytes memory data, DType elementType, Shape dims) internal pure returns (Tensor tensor) {
        uint256 typeWord = _typeWord(elementType, dims);
        _requireLength(data.length, typeWord);
        uint256 offset;
        assembly ("memory-safe") {
            offset := add(data, 0x20)
        }
        return TensorInstructions.tmload(typeWord, offset);
    }

    /// @notice Reads a tensor from the code of an account. Reverts with CodeTooShort when the code ends before the tensor.
    /// @param account whose code is read
    /// @param offset first byte, 1 where the code begins with a STOP
    /// @param elementType dtype
    /// @param dims shape
    /// @return tensor of that type
    function fromCode(
        address account,
        uint256 offset,
        DType elementType,
        Shape dims
    ) internal view returns (Tensor tensor) {
        uint256 typeWord = _typeWord(elementType, dims);
        uint256 size = account.code.length;
        uint256 bytesNeeded = TensorChecks.bytesOf(typeWord);
        if (offset > size || bytesNeeded > size - offset) {
            // As a number that any tool shows, the end of a tensor that begins beyond all code saturates.
            unchecked {
                uint256 end = offset + bytesNeeded;
                revert TensorErrors.CodeTooShort(account, size, end < offset ? type(uint256).max : end);
            }
        }
        return TensorInstructions.tcodeload(typeWord, uint256(uint160(account)), offset);
    }

    /// @notice Loads a tensor of a registered model. Reverts with DTypeMismatch or ShapeMismatch when it is not of this type;
    /// halts when the model is not registered, has no such tensor, or the tensor has fewer rows.
    /// @dev Of a tensor with more rows, the first are loaded: an instruction that tells how many there are does not exist.
    /// @param model root of the model
    /// @param index which of its tensors, from 0
    /// @param elementType dtype that is expected
    /// @param dims shape that is expected
    /// @return tensor of that type
    function fromModel(
        bytes32 model,
        uint256 index,
        DType elementType,
        Shape dims
    ) internal view returns (Tensor tensor) {
        tensor = TensorInstructions.tmodelload(model, index, 0, dims.dim(0));
        uint256 found = TensorInstructions.ttype(tensor);
        TensorChecks.requireDType("model", found, elementType);
        TensorChecks.requireShape("model", found, Shape.unwrap(dims));
    }

    /// @notice Loads rows of a tensor of a registered model. Halts when the model is not registered, has no such tensor, or
    /// the tensor has no such rows.
    /// @param model root of the model
    /// @param index which of its tensors, from 0
    /// @param firstRow first index along the outermost axis
    /// @param rowCount rows, at least 1
    /// @return tensor the tensor's type with rowCount as outermost dimension
    function fromModel(
        bytes32 model,
        uint256 index,
        uint256 firstRow,
        uint256 rowCount
    ) internal view returns (Tensor tensor) {
        return TensorInstructions.tmodelload(model, index, firstRow, rowCount);
    }

    /// @notice Makes a tensor of numbers. Reverts with ElementCountMismatch unless there is one for each element, and with
    /// ValueOutOfRange when one does not fit the dtype.
    /// @dev Takes some 150 gas a number; constants are cheaper as bytes.
    /// @param values elements in row-major order
    /// @param elementType dtype
    /// @param dims shape
    /// @return tensor of that type
    function fromArray(int256[] memory values, DType elementType, Shape dims) internal pure returns (Tensor tensor) {
        if (values.length != dims.elements())
            revert TensorErrors.ElementCountMismatch(values.length, dims.toArray());
        unchecked {
            (int256 low, int256 high) = (elementType.min(), elementType.max());
            uint256 size = elementType.bytesPerElement();
            bytes memory data = new bytes(values.length * size);
            for (uint256 i; i < values.length; ++i) {
                int256 value = values[i];
                if (value < low || value > high) TensorChecks.revertRange("values", value, low, high);
                assembly ("memory-safe") {
                    let place := add(add(data, 0x20), mul(i, size))
                    for { let k := 0 } lt(k, size) { k := add(k, 1) } {
                        mstore8(add(place, k), shr(mul(8, k), value))
                    }
                }
            }
            return fromBytes(data, elementType, dims);
        }
    }

    /// @notice An int32 tensor of one element, which broadcasts against any other.
    /// @param value -2^31..2^31-1
    /// @return tensor int32 [1]
    function scalar(int256 value) internal pure returns (Tensor tensor) {
        TensorChecks.requireRange("value", value, INT32.min(), INT32.max());
        assembly ("memory-safe") {
            mstore8(0, value)
            mstore8(1, shr(8, value))
            mstore8(2, shr(16, value))
            mstore8(3, shr(24, value))
        }
        return TensorInstructions.tmload(0x10103, 0);
    }

    /// @notice A tensor of zeros.
    /// @param elementType dtype
    /// @param dims shape
    /// @return tensor of that type
    function zeros(DType elementType, Shape dims) internal pure returns (Tensor tensor) {
        // Calldata is zero past its end.
        return TensorInstructions.tcalldataload(_typeWord(elementType, dims), type(uint256).max);
    }

    /// @notice A tensor whose elements are all the same. Reverts with ValueOutOfRange when the value does not fit the dtype.
    /// @param value of each element
    /// @param elementType dtype
    /// @param dims shape
    /// @return tensor of that type
    function full(int256 value, DType elementType, Shape dims) internal pure returns (Tensor tensor) {
        TensorChecks.requireRange("value", value, elementType.min(), elementType.max());
        Tensor zero = zeros(elementType, dims);
        unchecked {
            uint256 bits = uint256(value) & 0xffffffff;
            // Whatever is clamped to value..value becomes the value.
            tensor = TensorInstructions.clamp(bits | (bits << 32), zero);
        }
        free(zero);
    }

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
            // The canonical form goes to the end of the list's own memory. Element i then begins size * (count - i) bytes
            // before that end, and number i 32 * (count - i): no number reaches an element that is yet to be read.
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
            free(element);
            return _elementAt(0, size);
        }
    }

    /// @notice Frees a tensor. Its handle is never valid again.
    /// @param self a tensor; one that was freed before stays free
    function free(Tensor self) internal pure {
        TensorInstructions.tfree(Tensor.unwrap(self), 1);
    }

    /// @notice Marks a point, so that {release} can free whatever was made after it.
    /// @return a tensor of one byte, the mark itself
    function mark() internal pure returns (Tensor) {
        return TensorInstructions.tcalldataload(0x10101, type(uint256).max);
    }

    /// @notice Frees every tensor that this frame made since the mark, and the mark.
    /// @param since what {mark} gave
    function release(Tensor since) internal pure {
        unchecked {
            uint256 first = Tensor.unwrap(since);
            // Handles are counted: the next one is beyond all that there are.
            TensorInstructions.tfree(first, Tensor.unwrap(mark()) - first + 1);
        }
    }

    /// @notice Frees every tensor that this frame made since the mark, and the mark, but for one.
    /// @param since what {mark} gave
    /// @param kept a tensor that stays, made after the mark
    function release(Tensor since, Tensor kept) internal pure {
        unchecked {
            (uint256 first, uint256 middle) = (Tensor.unwrap(since), Tensor.unwrap(kept));
            uint256 last = Tensor.unwrap(mark());
            if (middle < first || middle > last)
                TensorChecks.revertRange("kept", int256(middle), int256(first), int256(last));
            TensorInstructions.tfree(first, middle - first);
            TensorInstructions.tfree(middle + 1, last - middle);
        }
    }

    /// @notice Bytes of arena that are free for tensors, of this frame and those that it calls.
    /// @return bytes, of which each tensor takes a multiple of 64
    function space() internal view returns (uint256) {
        return TensorInstructions.tspace();
    }

    function _typeWord(DType elementType, Shape dims) private pure returns (uint256) {
        return DType.unwrap(elementType) | Shape.unwrap(dims);
    }

    function _requireLength(uint256 found, uint256 typeWord) private pure {
        uint256 expected = TensorChecks.bytesOf(typeWord);
        if (found != expected) revert TensorErrors.LengthMismatch(found, expected);
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
