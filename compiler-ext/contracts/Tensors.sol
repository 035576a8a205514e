// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorErrors} from "./TensorErrors.sol";
import {Tensor, TensorInstructions} from "./TensorInstructions.sol";
import {DType, INT32, Shape} from "./TensorTypes.sol";

/// @dev Stands for "no bias" where a function takes one.
Tensor constant NO_BIAS = Tensor.wrap(0);

/// @title Tensors from elsewhere, and their lives
/// @notice Makes tensors from calldata, memory, code, models and numbers, and frees them. A tensor belongs to the call
/// frame that made it; it can't be returned to or taken from another contract.
/// @dev Every check reads the type of a tensor with TTYPE, at 100 gas, and compares words; see docs/solidity.md. A
/// handle that is no tensor of the frame, a full arena and a model that is not registered halt: there is no way to ask
/// before.
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

    /// @notice Reads a tensor from the code of an account. Reverts with CodeTooShort when the code ends before the
    /// tensor.
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

    /// @notice Loads a tensor of a registered model. Reverts with DTypeMismatch or ShapeMismatch when it is not of this
    /// type; halts when the model is not registered, has no such tensor, or the tensor has fewer rows.
    /// @dev Of a tensor with more rows, the first are loaded: an instruction that tells how many there are does not
    /// exist.
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

    /// @notice Loads rows of a tensor of a registered model. Halts when the model is not registered, has no such
    /// tensor, or the tensor has no such rows.
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

    /// @notice Makes a tensor of numbers. Reverts with ElementCountMismatch unless there is one for each element, and
    /// with ValueOutOfRange when one does not fit the dtype.
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

    /// @notice A tensor whose elements are all the same. Reverts with ValueOutOfRange when the value does not fit the
    /// dtype.
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
}
