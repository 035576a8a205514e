// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorGasCounts} from "./TensorGasCounts.sol";
import {TensorPrices} from "./TensorGasPrices.sol";
import {TensorGasRuns} from "./TensorGasRuns.sol";

/// @title Work of instructions
/// @notice What an instruction's work costs, in gas times 2^16: each count of the specification times its coefficient.
/// Types are type words. Operands are not checked: where the instruction would halt, what is returned means nothing.
/// {TensorGasContraction}, {TensorGasMoves} and {TensorGasPools} have the work of theirs.
/// @dev Counts are below 2^53 and coefficients too: no sum overflows.
library TensorGasWork {
    using TensorChecks for uint256;
    using TensorGasCounts for uint256;

    /// @notice Work of RESCALE.
    function rescaled(
        TensorPrices memory p,
        uint256 attributes,
        uint256 output,
        uint256 shift
    ) internal pure returns (uint256) {
        unchecked {
            uint256 elements = output.elementsOf().roundUp(16);
            if ((attributes >> 8) & 3 == 0) return p.rescaledElementsQ16 * (int256(shift) > 0 ? 2 : 1) * elements;
            uint256 channels = output.lastDimOf();
            uint256 factors = channels.roundUp(16);
            // Few channels: factors of as many rows as fill vectors together.
            if (channels < 128) factors = elements.min((channels / (channels & (0 - channels)).min(16)) * 16);
            return p.channelRescaledElementsQ16 * elements + p.rescaledChannelsQ16 * factors;
        }
    }

    /// @notice Work of TABLE.
    function lookedUp(TensorPrices memory p, uint256 output) internal pure returns (uint256) {
        unchecked {
            return p.tableElementsQ16 * output.elementsOf().roundUp(16);
        }
    }

    /// @notice Work of SOFTMAX.
    function softmax(TensorPrices memory p, uint256 x) internal pure returns (uint256) {
        unchecked {
            uint256 rows = x.elementsOf() / x.lastDimOf();
            return p.softmaxElementsQ16 * (rows * x.lastDimOf().roundUp(16)).saturated() + p.softmaxRowsQ16 * rows;
        }
    }

    /// @notice Work of CLAMP.
    function limited(TensorPrices memory p, uint256 x) internal pure returns (uint256) {
        unchecked {
            uint256 bytesOfX = x.bytesOf().roundUp(16);
            return p.elementwiseBytesQ16 * bytesOfX + p.elementwiseVectorsQ16 * (bytesOfX / 16) + p.elementwiseRunsQ16;
        }
    }

    /// @notice Work of TADD, TSUB, MAXIMUM and MINIMUM.
    function elementwise(
        TensorPrices memory p,
        uint256 a,
        uint256 b,
        uint256 output
    ) internal pure returns (uint256) {
        unchecked {
            return _streamed(p, a, b, output) + p.elementwiseVectorsQ16 * _vectors(a, b, output);
        }
    }

    /// @notice Work of TMUL: attributes are its shift.
    function multiplied(
        TensorPrices memory p,
        uint256 attributes,
        uint256 a,
        uint256 b,
        uint256 output
    ) internal pure returns (uint256 sum) {
        unchecked {
            uint256 vectors = _vectors(a, b, output);
            sum = _streamed(p, a, b, output) + p.elementwiseVectorsQ16 * vectors;
            if (attributes != 0) sum += p.shiftedVectorsQ16 * vectors;
        }
    }

    /// @notice Work of ARITHMETIC_RIGHT_SHIFT: where b moves on along the last axis, each element is one vector.
    function shifted(TensorPrices memory p, uint256 a, uint256 b, uint256 output) internal pure returns (uint256) {
        unchecked {
            uint256 vectors = TensorGasRuns.standsStill(b, output) ? _vectors(a, b, output) : output.elementsOf();
            return _streamed(p, a, b, output) + p.elementwiseVectorsQ16 * vectors;
        }
    }

    /// @notice Work of RSQRT.
    function rooted(TensorPrices memory p, uint256 output) internal pure returns (uint256) {
        unchecked {
            return p.rootElementsQ16 * output.elementsOf();
        }
    }

    /// @notice Work of REDUCE_SUM, REDUCE_MAX and REDUCE_MIN, `passes` being 1.
    function reduced(TensorPrices memory p, uint256 axes, uint256 x, uint256 passes) internal pure returns (uint256) {
        unchecked {
            (uint256 run, bool isKept) = TensorGasRuns.reduced(axes, x);
            uint256 runs = x.elementsOf() / run;
            uint256 vectors = runs * (run * x.elementBytesOf()).parts(16);
            if (!isKept) return p.reducedVectorsQ16 * passes * vectors + p.reducedRunsQ16 * 2 * runs;
            // Of each result there are as many vectors as it has elements along the reduced axes.
            uint256 folded = 1;
            for (uint256 axis; axis < x.rankOf(); ++axis) if ((axes >> axis) & 1 == 1) folded *= x.dimOf(axis);
            return p.reducedVectorsQ16 * vectors + p.reducedRunsQ16 * (vectors / folded);
        }
    }

    /// @notice Work of ARGMAX, which reads what it searches twice, and nothing where there is no choice.
    function searched(TensorPrices memory p, uint256 axis, uint256 x) internal pure returns (uint256) {
        unchecked {
            return x.dimOf(axis) == 1 ? 0 : reduced(p, 1 << axis, x, 2);
        }
    }

    /// @notice Work of RESHAPE and the loads.
    function copied(TensorPrices memory p, uint256 typeWord) internal pure returns (uint256) {
        unchecked {
            return p.copiedBytesQ16 * typeWord.bytesOf().roundUp(16);
        }
    }

    /// @notice Work of TMSTORE.
    function stored(TensorPrices memory p, uint256 typeWord) internal pure returns (uint256) {
        unchecked {
            return p.storedBytesQ16 * typeWord.bytesOf().roundUp(16);
        }
    }

    /// @notice Work of TROOT.
    function hashed(TensorPrices memory p, uint256 typeWord) internal pure returns (uint256) {
        unchecked {
            return p.hashedBytesQ16 * (typeWord.bytesOf().roundUp(256) + 512);
        }
    }

    /// @notice Work of TFREE.
    function freed(TensorPrices memory p, uint256 count) internal pure returns (uint256) {
        unchecked {
            return p.handlesQ16 * count.min(1024);
        }
    }

    /// @dev Reading the operands of an elementwise instruction, and its runs.
    function _streamed(TensorPrices memory p, uint256 a, uint256 b, uint256 output) private pure returns (uint256) {
        unchecked {
            uint256 passed = a.bytesOf().roundUp(16) + b.bytesOf().roundUp(16);
            return p.elementwiseBytesQ16 * passed + p.elementwiseRunsQ16 * _runs(a, b, output);
        }
    }

    /// @dev Vectors of the result of an elementwise instruction.
    function _vectors(uint256 a, uint256 b, uint256 output) private pure returns (uint256) {
        unchecked {
            uint256 runs = _runs(a, b, output);
            return runs * (output.bytesOf() / runs).parts(16);
        }
    }

    function _runs(uint256 a, uint256 b, uint256 output) private pure returns (uint256) {
        return TensorGasRuns.broadcast(a, output).max(TensorGasRuns.broadcast(b, output));
    }
}
