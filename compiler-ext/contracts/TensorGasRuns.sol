// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";

/// @title Runs of neighbours
/// @notice In how many runs of neighbouring elements a tensor is padded, broadcast or reduced. Types are type words of
/// tensors whose operands fit each other.
library TensorGasRuns {
    using TensorChecks for uint256;

    /// @dev No axis was walked along yet.
    uint256 private constant NOWHERE = type(uint256).max;

    /// @notice Runs in which an operand that is broadcast to a type is read.
    /// @param from type of the operand
    /// @param to type that it is broadcast to
    /// @return runs
    function broadcast(uint256 from, uint256 to) internal pure returns (uint256) {
        unchecked {
            uint256 stretched;
            uint256 stride = 1;
            uint256 more = to.rankOf() - from.rankOf();
            for (uint256 axis = from.rankOf(); axis > 0; --axis) {
                uint256 size = from.dimOf(axis - 1);
                if (size != 1) stretched = stretched.withDim(axis - 1 + more, stride);
                stride *= size;
            }
            return count(to, stretched);
        }
    }

    /// @notice Whether an operand stands still along the last axis of the result that is longer than 1.
    /// @param operand type of the operand
    /// @param output type that it is broadcast to
    function standsStill(uint256 operand, uint256 output) internal pure returns (bool) {
        unchecked {
            (uint256 rank, uint256 more) = (output.rankOf(), output.rankOf() - operand.rankOf());
            while (rank > 0 && output.dimOf(rank - 1) == 1) --rank;
            return rank > 0 && (rank <= more || operand.dimOf(rank - 1 - more) == 1);
        }
    }

    /// @notice Runs along the last axes of x that are all reduced or all kept, axes of dimension 1 left out.
    /// @param axes bit i set: axis i is reduced
    /// @param x type of x
    /// @return run elements of one
    /// @return isKept whether those axes are kept
    function reduced(uint256 axes, uint256 x) internal pure returns (uint256 run, bool isKept) {
        unchecked {
            run = 1;
            for (uint256 axis = x.rankOf(); axis > 0; --axis) {
                uint256 size = x.dimOf(axis - 1);
                if (size == 1) continue;
                bool isAxisKept = (axes >> (axis - 1)) & 1 == 0;
                if (run == 1) isKept = isAxisKept;
                else if (isAxisKept != isKept) break;
                run *= size;
            }
        }
    }

    /// @notice Runs of neighbours in which a tensor is walked through.
    /// @param typeWord its type
    /// @param steps elements of the other tensor for one step along each axis, as {strides} lays them out
    /// @return runs of the longest length that there is
    function count(uint256 typeWord, uint256 steps) internal pure returns (uint256) {
        unchecked {
            (uint256 run, uint256 next) = (1, NOWHERE);
            for (uint256 axis = typeWord.rankOf(); axis > 0; --axis) {
                bool goesOn;
                (run, next, goesOn) = _walk(run, next, typeWord.dimOf(axis - 1), steps.dimOf(axis - 1));
                if (!goesOn) break;
            }
            return typeWord.elementsOf() / run;
        }
    }

    /// @dev One more axis of a run, where it goes on along it.
    function _walk(
        uint256 run,
        uint256 next,
        uint256 size,
        uint256 stride
    ) private pure returns (uint256, uint256, bool) {
        unchecked {
            if (size == 1) return (run, next, true);
            if (next == NOWHERE ? stride > 1 : stride != next) return (run, next, false);
            run *= size;
            return (run, stride == 0 ? 0 : run, true);
        }
    }

    /// @notice Elements for one step along each axis of a tensor.
    /// @param typeWord its type
    /// @return steps 32 bits an axis, where a type has its dimensions
    function strides(uint256 typeWord) internal pure returns (uint256 steps) {
        unchecked {
            uint256 stride = 1;
            for (uint256 axis = typeWord.rankOf(); axis > 0; --axis) {
                steps = steps.withDim(axis - 1, stride);
                stride *= typeWord.dimOf(axis - 1);
            }
        }
    }
}
