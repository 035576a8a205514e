// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorErrors} from "./TensorErrors.sol";
import {TensorInstructions} from "./TensorInstructions.sol";
import {DType, INT8, INT16, Shape, Shapes} from "./TensorTypes.sol";

/// @title Checks of operands
/// @notice What the checked functions compare before they run an instruction. Types are type words: the dtype in bits
/// 0..7, the rank in bits 8..15, 32 bits a dimension from bit 16 on. Names of operands are literals, left-aligned.
/// @dev Conditions are plain comparisons of words, and everything else is behind them, so that a compiler that knows
/// the types can tell the outcome.
library TensorChecks {
    uint256 private constant BYTE = 0xff;
    uint256 private constant DIMENSION = 0xffffffff;
    /// @dev Where the rank and the dimensions are.
    uint256 private constant SHAPE = ~uint256(0xff);

    /// @notice Rank of a type.
    /// @param typeWord a type
    /// @return 1..6
    function rankOf(uint256 typeWord) internal pure returns (uint256) {
        return (typeWord >> 8) & BYTE;
    }

    /// @notice A dimension of a type.
    /// @param typeWord a type
    /// @param axis below its rank
    /// @return 1..2^24-1
    function dimOf(uint256 typeWord, uint256 axis) internal pure returns (uint256) {
        unchecked {
            return (typeWord >> (16 + 32 * axis)) & DIMENSION;
        }
    }

    /// @notice The innermost dimension of a type.
    /// @param typeWord a type
    /// @return 1..2^24-1
    function lastDimOf(uint256 typeWord) internal pure returns (uint256) {
        unchecked {
            return dimOf(typeWord, rankOf(typeWord) - 1);
        }
    }

    /// @notice A type with another dimension in the place of one of its own.
    /// @param typeWord a type
    /// @param axis below its rank
    /// @param value the dimension
    /// @return the other type
    function withDim(uint256 typeWord, uint256 axis, uint256 value) internal pure returns (uint256) {
        unchecked {
            uint256 place = 16 + 32 * axis;
            return (typeWord & ~(DIMENSION << place)) | ((value & DIMENSION) << place);
        }
    }

    /// @notice Number of elements of a type.
    /// @param typeWord a type
    /// @return product of its dimensions
    function elementsOf(uint256 typeWord) internal pure returns (uint256) {
        return Shapes.elements(Shape.wrap(typeWord));
    }

    /// @notice Bytes of one element of a type.
    /// @param typeWord a type
    /// @return 1, 2 or 4
    function elementBytesOf(uint256 typeWord) internal pure returns (uint256) {
        return DType.wrap(typeWord & BYTE).bytesPerElement();
    }

    /// @notice Bytes of the canonical form of a type.
    /// @param typeWord a type
    /// @return below 2^32 for the type of a tensor
    function bytesOf(uint256 typeWord) internal pure returns (uint256) {
        unchecked {
            return elementsOf(typeWord) * elementBytesOf(typeWord);
        }
    }

    /// @notice Checks that an operand has a dtype.
    /// @param operand its name
    /// @param found its type
    /// @param expected the dtype
    function requireDType(bytes32 operand, uint256 found, DType expected) internal pure {
        if (found & BYTE != DType.unwrap(expected)) revertDType(operand, found, nameOf(expected));
    }

    /// @notice Checks that an operand has a shape.
    /// @param operand its name
    /// @param found its type
    /// @param expected a type with the shape
    function requireShape(bytes32 operand, uint256 found, uint256 expected) internal pure {
        if ((found ^ expected) & SHAPE != 0) revertShape(operand, found, expected);
    }

    /// @notice Checks that an operand has a number of axes.
    /// @param operand its name
    /// @param found its type
    /// @param expected the rank
    function requireRank(bytes32 operand, uint256 found, uint256 expected) internal pure {
        if (rankOf(found) != expected)
            revert TensorErrors.RankMismatch(text(operand), Shape.wrap(found).toArray(), expected);
    }

    /// @notice Checks that an axis is below a rank.
    /// @param axis from 0
    /// @param rank number of axes
    function requireAxis(uint256 axis, uint256 rank) internal pure {
        if (axis >= rank) revert TensorErrors.AxisOutOfRange(axis, rank);
    }

    /// @notice Checks that a number is in a range.
    /// @param what its name
    /// @param found the number
    /// @param low least value
    /// @param high greatest value
    function requireRange(bytes32 what, int256 found, int256 low, int256 high) internal pure {
        if (found < low || found > high) revertRange(what, found, low, high);
    }

    /// @notice Checks that shapes broadcast as in NumPy: from the last axis on, dimensions are equal or one of them is
    /// 1.
    /// @param a type of the first operand
    /// @param b type of the second operand
    /// @param skipped innermost axes that are not compared
    function requireBroadcast(uint256 a, uint256 b, uint256 skipped) internal pure {
        if ((a ^ b) & SHAPE == 0) return;
        unchecked {
            (uint256 ranksA, uint256 ranksB) = (rankOf(a), rankOf(b));
            uint256 common = ranksA < ranksB ? ranksA : ranksB;
            for (uint256 i = skipped + 1; i <= common; ++i) {
                (uint256 left, uint256 right) = (dimOf(a, ranksA - i), dimOf(b, ranksB - i));
                if (left != right && left != 1 && right != 1)
                    revert TensorErrors.ShapesDoNotBroadcast(Shape.wrap(a).toArray(), Shape.wrap(b).toArray());
            }
        }
    }

    /// @notice Checks that the operands that one output element reads are within what the specification allows.
    /// @param leaves sum of {leavesOf} over the operands
    function requireReach(uint256 leaves) internal pure {
        if (leaves > TensorInstructions.MAX_REACH_LEAVES)
            revert TensorErrors.ReachExceeded(leaves, TensorInstructions.MAX_REACH_LEAVES);
    }

    /// @notice Leaves of 256 bytes that one output element reads of an operand, at most.
    /// @param typeWord type of the operand
    /// @param runs runs of neighbouring elements that it reads
    /// @param run elements of one run
    /// @return leaves min(runs * (ceil((bytes of a run - 1) / 256) + 1), leaves of the operand)
    function leavesOf(uint256 typeWord, uint256 runs, uint256 run) internal pure returns (uint256 leaves) {
        unchecked {
            // Factors are dimensions of tensors or fields of words: all products are below 2^100.
            leaves = runs * ((run * elementBytesOf(typeWord) + 254) / 256 + 1);
            uint256 all = (bytesOf(typeWord) + 255) / 256;
            if (leaves > all) leaves = all;
        }
    }

    /// @notice Reverts with DTypeMismatch.
    /// @param operand name of the operand
    /// @param found its type
    /// @param expected what would be right
    function revertDType(bytes32 operand, uint256 found, bytes32 expected) internal pure {
        revert TensorErrors.DTypeMismatch(text(operand), text(nameOf(DType.wrap(found & BYTE))), text(expected));
    }

    /// @notice Reverts with ShapeMismatch.
    /// @param operand name of the operand
    /// @param found its type
    /// @param expected a type with the shape that fits
    function revertShape(bytes32 operand, uint256 found, uint256 expected) internal pure {
        revert TensorErrors.ShapeMismatch(
            text(operand),
            Shape.wrap(found).toArray(),
            Shape.wrap(expected).toArray()
        );
    }

    /// @notice Reverts with ValueOutOfRange.
    /// @param what name of the number
    /// @param found the number
    /// @param low least value
    /// @param high greatest value
    function revertRange(bytes32 what, int256 found, int256 low, int256 high) internal pure {
        revert TensorErrors.ValueOutOfRange(text(what), found, low, high);
    }

    /// @notice A number as an error shows it: those of 2^255 and more as 2^255 - 1.
    /// @param value the number
    /// @return the number, or the greatest that there is
    function shown(uint256 value) internal pure returns (int256) {
        return value >> 255 == 0 ? int256(value) : type(int256).max;
    }

    /// @notice Name of a dtype.
    /// @param dtype a dtype
    /// @return its name, left-aligned
    function nameOf(DType dtype) internal pure returns (bytes32) {
        return dtype == INT8 ? bytes32("int8") : dtype == INT16 ? bytes32("int16") : bytes32("int32");
    }

    /// @notice A name as a string.
    /// @param name left-aligned, 1 to 31 bytes
    /// @return result without the zeros after it
    function text(bytes32 name) internal pure returns (string memory result) {
        unchecked {
            uint256 length = 1;
            while (uint256(name) << (8 * length) != 0) ++length;
            result = new string(length);
            assembly ("memory-safe") {
                // The word after the length is the string's own: memory is allocated in whole words.
                mstore(add(result, 0x20), name)
            }
        }
    }
}
