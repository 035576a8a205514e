// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";

/// @title Runs of neighbours
/// @notice In how many runs of neighbouring elements a tensor is moved, broadcast or reduced. Types are type words of
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

    /// @notice Runs of the last axes of x that are all reduced or all kept.
    /// @param axes bit i set: axis i is reduced
    /// @param x type of x
    /// @return runs of x
    function reduced(uint256 axes, uint256 x) internal pure returns (uint256 runs) {
        unchecked {
            runs = 1;
            uint256 axis = x.rankOf() - 1;
            uint256 last = (axes >> axis) & 1;
            while (axis > 0 && (axes >> (axis - 1)) & 1 == last) --axis;
            for (; axis > 0; --axis) runs *= x.dimOf(axis - 1);
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

    /// @notice Length of the runs in which TILE reads x: of each axis first x's own dimension, then its copies.
    /// @param multiples copies along each axis
    /// @param x type of x
    /// @return run elements
    function tiledLength(uint256 multiples, uint256 x) internal pure returns (uint256 run) {
        unchecked {
            uint256 next = NOWHERE;
            uint256 steps = strides(x);
            run = 1;
            bool goesOn = true;
            for (uint256 axis = x.rankOf(); goesOn && axis > 0; --axis) {
                (run, next, goesOn) = _walk(run, next, x.dimOf(axis - 1), steps.dimOf(axis - 1));
                if (goesOn) (run, next, goesOn) = _walk(run, next, uint32(multiples >> (32 * (axis - 1))), 0);
            }
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
