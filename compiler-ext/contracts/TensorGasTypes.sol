// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {TensorChecks} from "./TensorChecks.sol";
import {TensorInstructions} from "./TensorInstructions.sol";

/// @title Types of results
/// @notice The type of an instruction's result from those of its operands, before it is run. Types are type words, as
/// TTYPE gives them and {TensorInstructions.tensorType} makes them. Operands are not checked: where the instruction
/// would halt, what is returned means nothing.
library TensorGasTypes {
    using TensorChecks for uint256;

    uint256 private constant DTYPE = 0xff;
    /// @dev Where dimensions begin in a type word, and the bits of each.
    uint256 private constant DIMENSIONS_AT = 16;
    uint256 private constant DIMENSION_BITS = 32;

    /// @notice Result of MATMUL.
    /// @param a type of a, [..,M,K]
    /// @param b type of b, [..,N,K]
    /// @return int32 [..,M,N]
    function product(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            uint256 output = broadcast(a, b);
            uint256 rank = output.rankOf();
            output = output.withDim(rank - 2, a.dimOf(a.rankOf() - 2)).withDim(rank - 1, b.dimOf(b.rankOf() - 2));
            return _ofDType(TensorInstructions.INT32, output);
        }
    }

    /// @notice Result of CONV2D.
    /// @param attributes attribute word
    /// @param x type of x, [N,H,W,C]
    /// @param weights type of weights, [O,KH,KW,I]
    /// @return int32 [N,OH,OW,O]
    function convolution(uint256 attributes, uint256 x, uint256 weights) internal pure returns (uint256) {
        (uint256 rows, uint256 columns) = _windows(attributes >> 16, x, weights.dimOf(1), weights.dimOf(2), true);
        return _image(TensorInstructions.INT32, x.dimOf(0), rows, columns, weights.dimOf(0));
    }

    /// @notice Result of DEPTHWISE_CONV2D.
    /// @param attributes attribute word
    /// @param x type of x, [N,H,W,C]
    /// @param weights type of weights, [KH,KW,O]
    /// @return int32 [N,OH,OW,O]
    function depthwise(uint256 attributes, uint256 x, uint256 weights) internal pure returns (uint256) {
        (uint256 rows, uint256 columns) = _windows(attributes >> 16, x, weights.dimOf(0), weights.dimOf(1), true);
        return _image(TensorInstructions.INT32, x.dimOf(0), rows, columns, weights.dimOf(2));
    }

    /// @notice Result of TRANSPOSE_CONV2D.
    /// @param attributes attribute word
    /// @param x type of x, [N,H,W,C]
    /// @param weights type of weights, [O,KH,KW,C]
    /// @return int32 [N,outputH,outputW,O]
    function transposedConvolution(
        uint256 attributes,
        uint256 x,
        uint256 weights
    ) internal pure returns (uint256) {
        (uint256 rows, uint256 columns) = (_field(attributes, 80, 24), _field(attributes, 104, 24));
        return _image(TensorInstructions.INT32, x.dimOf(0), rows, columns, weights.dimOf(0));
    }

    /// @notice Result of RESCALE.
    /// @param attributes attribute word
    /// @param x type of x
    /// @return shape of x in the dtype that the attributes say
    function rescaled(uint256 attributes, uint256 x) internal pure returns (uint256) {
        return _ofDType(attributes & DTYPE, x);
    }

    /// @notice Result of TABLE.
    /// @param x type of x
    /// @param table type of the table
    /// @return shape of x in the table's dtype, or in int32 for an int16 x
    function lookedUp(uint256 x, uint256 table) internal pure returns (uint256) {
        return _ofDType(x & DTYPE == TensorInstructions.INT8 ? table & DTYPE : TensorInstructions.INT32, x);
    }

    /// @notice Result of SOFTMAX.
    /// @param attributes attribute word
    /// @param x type of x
    /// @return shape of x in int8 for form 0, else in int16
    function softmax(uint256 attributes, uint256 x) internal pure returns (uint256) {
        return _ofDType(attributes == 0 ? TensorInstructions.INT8 : TensorInstructions.INT16, x);
    }

    /// @notice Result of an instruction on two tensors that broadcast.
    /// @param a type of a
    /// @param b type of b
    /// @return output dtype of a, aligned at the last axis, 1 stretched
    function broadcast(uint256 a, uint256 b) internal pure returns (uint256 output) {
        if (a == b) return a;
        unchecked {
            (uint256 rankA, uint256 rankB) = (a.rankOf(), b.rankOf());
            uint256 rank = rankA < rankB ? rankB : rankA;
            output = (a & DTYPE) | (rank << 8);
            for (uint256 i = 1; i <= rank; ++i) {
                uint256 size = i <= rankA ? a.dimOf(rankA - i) : 1;
                if (size == 1 && i <= rankB) size = b.dimOf(rankB - i);
                output |= _dimension(rank - i, size);
            }
        }
    }

    /// @notice Result of a reduction.
    /// @param dtype dtype of the result
    /// @param axes bit i set: axis i is reduced
    /// @param keepDims whether reduced axes stay as dimensions of 1
    /// @param x type of x
    /// @return output x without the axes, [1] where none is left
    function reduced(uint256 dtype, uint256 axes, bool keepDims, uint256 x) internal pure returns (uint256 output) {
        unchecked {
            uint256 rank;
            for (uint256 axis; axis < x.rankOf(); ++axis) {
                bool isKept = (axes >> axis) & 1 == 0;
                if (isKept || keepDims) output |= _dimension(rank++, isKept ? x.dimOf(axis) : 1);
            }
            if (rank == 0) output = _dimension(rank++, 1);
            output |= dtype | (rank << 8);
        }
    }

    /// @notice Result of a pool.
    /// @param attributes attribute word
    /// @param x type of x, [N,H,W,C]
    /// @return dtype of x, [N,OH,OW,C]
    function pooled(uint256 attributes, uint256 x) internal pure returns (uint256) {
        // Strides come after the window here, where a convolution has them after the pads.
        uint256 window = (attributes & type(uint64).max) | ((attributes >> 32) & (uint256(type(uint32).max) << 64));
        unchecked {
            (uint256 rows, uint256 columns) = _windows(
                window,
                x,
                _field(attributes, 64, 16) + 1,
                _field(attributes, 80, 16) + 1,
                false
            );
            return _image(x & DTYPE, x.dimOf(0), rows, columns, x.dimOf(3));
        }
    }

    /// @notice Result of TRANSPOSE.
    /// @param attributes attribute word
    /// @param x type of x
    /// @return output axes of x permuted
    function transposed(uint256 attributes, uint256 x) internal pure returns (uint256 output) {
        unchecked {
            output = x & 0xffff;
            for (uint256 axis; axis < x.rankOf(); ++axis)
                output |= _dimension(axis, x.dimOf(_field(attributes, 4 * axis, 4)));
        }
    }

    /// @notice Result of SLICE.
    /// @param size sizes along each axis
    /// @param x type of x
    /// @return dtype of x, shape size
    function sliced(uint256 size, uint256 x) internal pure returns (uint256) {
        return (x & 0xffff) | (size << DIMENSIONS_AT);
    }

    /// @notice Result of PAD.
    /// @param attributes attribute word
    /// @param x type of x
    /// @return output x, each dimension grown by its pads
    function padded(uint256 attributes, uint256 x) internal pure returns (uint256 output) {
        unchecked {
            output = x;
            for (uint256 axis; axis < x.rankOf(); ++axis) {
                uint256 pads = _field(attributes, 32 + 32 * axis, 16) + _field(attributes, 48 + 32 * axis, 16);
                output += _dimension(axis, pads);
            }
        }
    }

    /// @notice Result of CONCAT.
    /// @param axis axis that is joined
    /// @param a type of a
    /// @param b type of b
    /// @return a, grown along the axis by b
    function joined(uint256 axis, uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            return a + _dimension(axis, b.dimOf(axis));
        }
    }

    /// @notice Result of GATHER.
    /// @param table type of the table, [R,..]
    /// @param indices type of the indices
    /// @return dtype of the table, shape of indices followed by that of a row
    function gathered(uint256 table, uint256 indices) internal pure returns (uint256) {
        unchecked {
            uint256 rank = indices.rankOf();
            uint256 row = table >> (DIMENSIONS_AT + DIMENSION_BITS);
            uint256 dimensions = (indices >> DIMENSIONS_AT) | (row << (DIMENSION_BITS * rank));
            return (table & DTYPE) | ((rank + table.rankOf() - 1) << 8) | (dimensions << DIMENSIONS_AT);
        }
    }

    /// @notice Result of TILE.
    /// @param multiples copies along each axis
    /// @param x type of x
    /// @return output each dimension times its multiple
    function tiled(uint256 multiples, uint256 x) internal pure returns (uint256 output) {
        unchecked {
            output = x & 0xffff;
            for (uint256 axis; axis < x.rankOf(); ++axis)
                output |= _dimension(axis, x.dimOf(axis) * _field(multiples, DIMENSION_BITS * axis, 32));
        }
    }

    /// @dev Positions of a window: pads, then strides and dilations, are the fields of `window` from bit 0 on.
    function _windows(
        uint256 window,
        uint256 x,
        uint256 tapsH,
        uint256 tapsW,
        bool isDilated
    ) private pure returns (uint256 rows, uint256 columns) {
        rows = _positions(window, x.dimOf(1), tapsH, isDilated);
        columns = _positions(window >> 16, x.dimOf(2), tapsW, isDilated);
    }

    function _positions(uint256 window, uint256 input, uint256 taps, bool isDilated) private pure returns (uint256) {
        unchecked {
            // Dimensions are below 2^24, fields at most 2^16: no product reaches 2^42.
            uint256 extent = (taps - 1) * (isDilated ? _field(window, 96, 16) + 1 : 1) + 1;
            return (input + _field(window, 0, 16) + _field(window, 32, 16) - extent) / (_field(window, 64, 16) + 1) + 1;
        }
    }

    function _field(uint256 word, uint256 position, uint256 bits) private pure returns (uint256) {
        unchecked {
            return (word >> position) & ((1 << bits) - 1);
        }
    }

    function _dimension(uint256 axis, uint256 value) private pure returns (uint256) {
        unchecked {
            return value << (DIMENSIONS_AT + DIMENSION_BITS * axis);
        }
    }

    function _image(
        uint256 dtype,
        uint256 batch,
        uint256 rows,
        uint256 columns,
        uint256 channels
    ) private pure returns (uint256) {
        return
            dtype |
            0x400 |
            _dimension(0, batch) |
            _dimension(1, rows) |
            _dimension(2, columns) |
            _dimension(3, channels);
    }

    function _ofDType(uint256 dtype, uint256 typeWord) private pure returns (uint256) {
        return (typeWord & ~DTYPE) | dtype;
    }
}
