// SPDX-License-Identifier: Apache-2.0
// Generated from the instruction declarations by `npm run generate`. Do not edit.
pragma solidity ^0.8.29;

import {minus, negated, plus, TensorArithmetic, times} from "./TensorArithmetic.sol";
import {TensorContents} from "./TensorContents.sol";
import {TensorLayers} from "./TensorLayers.sol";
import {TensorLayout} from "./TensorLayout.sol";
import {TensorPools} from "./TensorPools.sol";
import {TensorReductions} from "./TensorReductions.sol";
import {Tensors} from "./Tensors.sol";

/// @notice A handle of a tensor, valid in the call frame that made it. Tensor.wrap(0) is "none" for an optional operand.
type Tensor is uint256;

/// @notice The code was compiled without lowering: compile it with tsolc.
error TensorInstructionNotLowered(uint16 opcode);

/// @notice A field of an attribute word, a type word or an axis word is out of its range.
error TensorFieldOutOfRange(bytes32 field, int256 low, int256 high);

using Tensors for Tensor global;
using TensorContents for Tensor global;
using TensorArithmetic for Tensor global;
using TensorReductions for Tensor global;
using TensorLayers for Tensor global;
using TensorPools for Tensor global;
using TensorLayout for Tensor global;
using {plus as +, minus as -, times as *, negated as -} for Tensor global;
using {
    TensorInstructions.tmstore,
    TensorInstructions.ttype,
    TensorInstructions.troot,
    TensorInstructions.tadd,
    TensorInstructions.tsub
} for Tensor global;

/// @title Tensor instructions
/// @notice One function an instruction, and builders of the words that instructions take. tsolc replaces the body of each
/// function that has an evm-opcode tag by that instruction; operands are in stack order, the top of the stack first. With
/// a plain solc the body stays, and a call reverts with TensorInstructionNotLowered. An operand that does not fit halts and
/// takes all gas of the frame; the functions attached to Tensor under the instructions' own names check first, and revert.
library TensorInstructions {
    uint256 internal constant INT8 = 1;
    uint256 internal constant INT16 = 2;
    uint256 internal constant INT32 = 3;
    /// @dev Most axes of a tensor.
    uint256 internal constant MAX_RANK = 6;
    /// @dev Greatest dimension of a tensor.
    uint256 internal constant MAX_DIMENSION = 16777215;
    /// @dev Most leaves of 256 bytes that one output element may read of its operands.
    uint256 internal constant MAX_REACH_LEAVES = 96;

    /// @notice output = memory[offset .. offset + bytes(type))
    /// @param typeWord type of the tensor
    /// @param offset first byte
    /// @return output of the given type
    /// @custom:evm-opcode TMLOAD
    function tmload(uint256 typeWord, uint256 offset) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae01)
                revert(0x1c, 0x24)
            }
            output := or(typeWord, offset)
        }
    }

    /// @notice output = calldata[offset .. offset + bytes(type)), zero past the end
    /// @param typeWord type of the tensor
    /// @param offset first byte
    /// @return output of the given type
    /// @custom:evm-opcode TCALLDATALOAD
    function tcalldataload(uint256 typeWord, uint256 offset) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae02)
                revert(0x1c, 0x24)
            }
            output := or(typeWord, offset)
        }
    }

    /// @notice output = code(account)[offset .. offset + bytes(type)), zero past the end
    /// @param typeWord type of the tensor
    /// @param account whose code is read
    /// @param offset first byte
    /// @return output of the given type
    /// @custom:evm-opcode TCODELOAD
    function tcodeload(uint256 typeWord, uint256 account, uint256 offset) internal view returns (Tensor output) {
        assembly ("memory-safe") {
            if gas() {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae03)
                revert(0x1c, 0x24)
            }
            output := or(or(typeWord, account), offset)
        }
    }

    /// @notice output = model.tensors[index][firstRow .. firstRow + rowCount)
    /// @param model root of a registered model
    /// @param index which of its tensors, from 0
    /// @param firstRow first index along the outermost axis
    /// @param rowCount rows, at least 1
    /// @return output the tensor's type with rowCount as outermost dimension
    /// @custom:evm-opcode TMODELLOAD
    function tmodelload(
        bytes32 model,
        uint256 index,
        uint256 firstRow,
        uint256 rowCount
    ) internal view returns (Tensor output) {
        assembly ("memory-safe") {
            if gas() {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae04)
                revert(0x1c, 0x24)
            }
            output := or(or(or(model, index), firstRow), rowCount)
        }
    }

    /// @notice memory[offset .. offset + bytes(tensor)) = tensor
    /// @param tensor any type
    /// @param offset first byte
    /// @custom:evm-opcode TMSTORE
    function tmstore(Tensor tensor, uint256 offset) internal pure {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae05)
                revert(0x1c, 0x24)
            }
            pop(or(tensor, offset))
        }
    }

    /// @notice word = type word of tensor
    /// @param tensor any type
    /// @return word its type word
    /// @custom:evm-opcode TTYPE
    function ttype(Tensor tensor) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae06)
                revert(0x1c, 0x24)
            }
            word := tensor
        }
    }

    /// @notice frees the tensors alive in [handle, handle + count)
    /// @param handle first handle
    /// @param count handles in the range
    /// @custom:evm-opcode TFREE
    function tfree(uint256 handle, uint256 count) internal pure {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae07)
                revert(0x1c, 0x24)
            }
            pop(or(handle, count))
        }
    }

    /// @notice word = bytes of arena that are still free
    /// @return word bytes
    /// @custom:evm-opcode TSPACE
    function tspace() internal view returns (uint256 word) {
        assembly ("memory-safe") {
            if gas() {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae08)
                revert(0x1c, 0x24)
            }
            word := 0
        }
    }

    /// @notice word = keccak256(type word || root of the keccak256 tree over 256-byte leaves of the canonical form)
    /// @param tensor any type
    /// @return word its commitment
    /// @custom:evm-opcode TROOT
    function troot(Tensor tensor) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae09)
                revert(0x1c, 0x24)
            }
            word := tensor
        }
    }

    /// @notice output[..,m,n] = wrap32(bias[n] + sum_k (a[..,m,k] - zeroPointA) * (b[..,n,k] - zeroPointB))
    /// @param attributes zero points; see {matmulAttributes}
    /// @param a int8 or int16 [..,M,K]
    /// @param b int8 [..,N,K]
    /// @param bias int32 [N], or 0 for none
    /// @return output int32 [..,M,N]
    /// @custom:evm-opcode MATMUL
    function matmul(uint256 attributes, Tensor a, Tensor b, Tensor bias) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae10)
                revert(0x1c, 0x24)
            }
            output := or(or(or(attributes, a), b), bias)
        }
    }

    /// @notice output[n,oy,ox,o] = wrap32(bias[o] + sum_(ky,kx,i) (x[n,oy*strideH-padTop+ky*dilationH,ox*strideW-padLeft+kx*dilationW,g*I+i] - zeroPoint) * weights[o,ky,kx,i])
    /// @param attributes zero point, pads, strides, dilations and groups; see {conv2dAttributes}
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,I], I = C / groups
    /// @param bias int32 [O], or 0 for none
    /// @return output int32 [N,OH,OW,O]
    /// @custom:evm-opcode CONV2D
    function conv2d(uint256 attributes, Tensor x, Tensor weights, Tensor bias) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae11)
                revert(0x1c, 0x24)
            }
            output := or(or(or(attributes, x), weights), bias)
        }
    }

    /// @notice output[n,oy,ox,o] = wrap32(bias[o] + sum_(ky,kx) (x[n,oy*strideH-padTop+ky*dilationH,ox*strideW-padLeft+kx*dilationW,o div (O/C)] - zeroPoint) * weights[ky,kx,o])
    /// @param attributes zero point, pads, strides and dilations; see {depthwiseConv2dAttributes}
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [KH,KW,O]
    /// @param bias int32 [O], or 0 for none
    /// @return output int32 [N,OH,OW,O]
    /// @custom:evm-opcode DEPTHWISE_CONV2D
    function depthwiseConv2d(
        uint256 attributes,
        Tensor x,
        Tensor weights,
        Tensor bias
    ) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae12)
                revert(0x1c, 0x24)
            }
            output := or(or(or(attributes, x), weights), bias)
        }
    }

    /// @notice output[n,oy,ox,o] = wrap32(bias[o] + sum over (iy,ky,ix,kx,i) with iy*strideH-padTop+ky = oy and ix*strideW-padLeft+kx = ox of (x[n,iy,ix,i] - zeroPoint) * weights[o,ky,kx,i])
    /// @param attributes zero point, pads, strides and output size; see {transposeConv2dAttributes}
    /// @param x int8 [N,H,W,C]
    /// @param weights int8 [O,KH,KW,C]
    /// @param bias int32 [O], or 0 for none
    /// @return output int32 [N,outputH,outputW,O]
    /// @custom:evm-opcode TRANSPOSE_CONV2D
    function transposeConv2d(
        uint256 attributes,
        Tensor x,
        Tensor weights,
        Tensor bias
    ) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae13)
                revert(0x1c, 0x24)
            }
            output := or(or(or(attributes, x), weights), bias)
        }
    }

    /// @notice output = clamp(outputZeroPoint + round(((x - inputZeroPoint) << inputShift) * multiplier * 2^(shift-31)), low, high)
    /// @param attributes output dtype, form of the factors, rounding, zero points and range; see {rescaleAttributes}
    /// @param x any dtype [..,C]
    /// @param multiplier 0..2^31-1; or int32 [C]; or int32 [2,C] with the shifts
    /// @param shift -31..30; or int8 [C]; or 0
    /// @return output of the attribute dtype and the shape of x
    /// @custom:evm-opcode RESCALE
    function rescale(
        uint256 attributes,
        Tensor x,
        uint256 multiplier,
        uint256 shift
    ) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae20)
                revert(0x1c, 0x24)
            }
            output := or(or(or(attributes, x), multiplier), shift)
        }
    }

    /// @notice output = min(max(x, low), high)
    /// @param attributes range; see {clampAttributes}
    /// @param x any dtype
    /// @return output of the type of x
    /// @custom:evm-opcode CLAMP
    function clamp(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae21)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output = table[x + 128] for int8 x; (table[i] << 7) + (table[i+1] - table[i]) * (x & 127) for int16 x
    /// @param x int8 or int16
    /// @param tableTensor any dtype [256] for an int8 x; int16 [513] for an int16 x
    /// @return output of the shape of x; the dtype of the table, or int32 for an int16 x
    /// @custom:evm-opcode TABLE
    function table(Tensor x, Tensor tableTensor) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae22)
                revert(0x1c, 0x24)
            }
            output := or(x, tableTensor)
        }
    }

    /// @notice output[..,i] = e[i] / sum(e), e[i] = table[max(x) - x[i]]
    /// @param attributes output form; see {softmaxAttributes}
    /// @param x int8 [..,n], n <= 4095
    /// @param tableTensor int32 [256], exponentials in Q0.31
    /// @return output int8 or int16, of the shape of x
    /// @custom:evm-opcode SOFTMAX
    function softmax(uint256 attributes, Tensor x, Tensor tableTensor) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae23)
                revert(0x1c, 0x24)
            }
            output := or(or(attributes, x), tableTensor)
        }
    }

    /// @notice output = wrap32(a + b)
    /// @param a int32
    /// @param b int32, of a shape that broadcasts with that of a
    /// @return output int32, of the shape that a and b broadcast to
    /// @custom:evm-opcode TADD
    function tadd(Tensor a, Tensor b) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae28)
                revert(0x1c, 0x24)
            }
            output := or(a, b)
        }
    }

    /// @notice output = wrap32(a - b)
    /// @param a int32
    /// @param b int32, of a shape that broadcasts with that of a
    /// @return output int32, of the shape that a and b broadcast to
    /// @custom:evm-opcode TSUB
    function tsub(Tensor a, Tensor b) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae29)
                revert(0x1c, 0x24)
            }
            output := or(a, b)
        }
    }

    /// @notice output = shift = 0 ? wrap32(a * b) : wrap32((a * b + 2^(shift-1)) >> shift)
    /// @param attributes shift; see {tmulAttributes}
    /// @param a int32
    /// @param b int32, of a shape that broadcasts with that of a
    /// @return output int32, of the shape that a and b broadcast to
    /// @custom:evm-opcode TMUL
    function tmul(uint256 attributes, Tensor a, Tensor b) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae2a)
                revert(0x1c, 0x24)
            }
            output := or(or(attributes, a), b)
        }
    }

    /// @notice output = max(a, b)
    /// @param a any dtype
    /// @param b of the dtype of a and a shape that broadcasts with that of a
    /// @return output of the dtype of a and the shape that a and b broadcast to
    /// @custom:evm-opcode MAXIMUM
    function maximum(Tensor a, Tensor b) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae2b)
                revert(0x1c, 0x24)
            }
            output := or(a, b)
        }
    }

    /// @notice output = min(a, b)
    /// @param a any dtype
    /// @param b of the dtype of a and a shape that broadcasts with that of a
    /// @return output of the dtype of a and the shape that a and b broadcast to
    /// @custom:evm-opcode MINIMUM
    function minimum(Tensor a, Tensor b) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae2c)
                revert(0x1c, 0x24)
            }
            output := or(a, b)
        }
    }

    /// @notice output = a >> (b & 31)
    /// @param a int32
    /// @param b int32, of a shape that broadcasts with that of a
    /// @return output int32, of the shape that a and b broadcast to
    /// @custom:evm-opcode ARITHMETIC_RIGHT_SHIFT
    function arithmeticRightShift(Tensor a, Tensor b) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae2d)
                revert(0x1c, 0x24)
            }
            output := or(a, b)
        }
    }

    /// @notice output = x > 0 ? min(floor(2^31 / sqrt(x)), 2^31 - 1) : 2^31 - 1
    /// @param x int32
    /// @return output int32, of the shape of x
    /// @custom:evm-opcode RSQRT
    function rsqrt(Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae2e)
                revert(0x1c, 0x24)
            }
            output := x
        }
    }

    /// @notice output = wrap32(sum over axes (x - zeroPoint))
    /// @param attributes axes and zero point; see {reduceSumAttributes}
    /// @param x int8, int16 or int32
    /// @return output int32, the axes reduced
    /// @custom:evm-opcode REDUCE_SUM
    function reduceSum(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae30)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output = max over axes (x)
    /// @param attributes axes; see {reduceMaxAttributes}
    /// @param x any dtype
    /// @return output dtype of x, the axes reduced
    /// @custom:evm-opcode REDUCE_MAX
    function reduceMax(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae31)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output = min over axes (x)
    /// @param attributes axes; see {reduceMinAttributes}
    /// @param x any dtype
    /// @return output dtype of x, the axes reduced
    /// @custom:evm-opcode REDUCE_MIN
    function reduceMin(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae32)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output = lowest k with x[..,k,..] = max over axis (x)
    /// @param attributes axis; see {argmaxAttributes}
    /// @param x any dtype
    /// @return output int32, without the axis
    /// @custom:evm-opcode ARGMAX
    function argmax(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae33)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output[b,oy,ox,c] = sign(a) * ((|a| + n div 2) div n), a and n the sum and count of the x[b,iy,ix,c] in the window that lie inside x
    /// @param attributes pads, window and strides; see {avgPool2dAttributes}
    /// @param x int8 [N,H,W,C]
    /// @return output int8 [N,OH,OW,C]
    /// @custom:evm-opcode AVG_POOL2D
    function avgPool2d(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae34)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output[b,oy,ox,c] = max of the x[b,iy,ix,c] in the window that lie inside x
    /// @param attributes pads, window and strides; see {maxPool2dAttributes}
    /// @param x int8, int16 or int32 [N,H,W,C]
    /// @return output dtype of x, [N,OH,OW,C]
    /// @custom:evm-opcode MAX_POOL2D
    function maxPool2d(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae35)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output = x, row-major elements under another shape
    /// @param typeWord dtype of x, the new shape
    /// @param x any dtype
    /// @return output of the given type
    /// @custom:evm-opcode RESHAPE
    function reshape(uint256 typeWord, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae38)
                revert(0x1c, 0x24)
            }
            output := or(typeWord, x)
        }
    }

    /// @notice output[i_0,..] = x[j_0,..] with j_(axis_k) = i_k
    /// @param attributes permutation; see {transposeAttributes}
    /// @param x any dtype
    /// @return output dtype of x, axes permuted
    /// @custom:evm-opcode TRANSPOSE
    function transpose(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae39)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output[i_0,..] = x[begin_0 + i_0 * stride_0,..]
    /// @param begin first index along each axis
    /// @param size elements along each axis, at least 1
    /// @param stride step along each axis, minus one
    /// @param x any dtype
    /// @return output dtype of x, shape size
    /// @custom:evm-opcode SLICE
    function slice(uint256 begin, uint256 size, uint256 stride, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae3a)
                revert(0x1c, 0x24)
            }
            output := or(or(or(begin, size), stride), x)
        }
    }

    /// @notice output[i_0,..] = x[i_0 - before_0,..] inside x, else value
    /// @param attributes value and pads; see {padAttributes}
    /// @param x any dtype
    /// @return output dtype of x, each dimension grown by its pads
    /// @custom:evm-opcode PAD
    function pad(uint256 attributes, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae3b)
                revert(0x1c, 0x24)
            }
            output := or(attributes, x)
        }
    }

    /// @notice output = a followed by b along axis
    /// @param attributes axis; see {concatAttributes}
    /// @param a any dtype
    /// @param b dtype of a, its shape but for the axis
    /// @return output dtype of a, dimensions of the axis added
    /// @custom:evm-opcode CONCAT
    function concat(uint256 attributes, Tensor a, Tensor b) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae3c)
                revert(0x1c, 0x24)
            }
            output := or(or(attributes, a), b)
        }
    }

    /// @notice output[i..,j..] = table[clamp(indices[i..], 0, R - 1), j..]
    /// @param tableTensor any dtype [R,..]
    /// @param indices int8, int16 or int32, any shape
    /// @return output dtype of table, shape of indices followed by that of a row
    /// @custom:evm-opcode GATHER
    function gather(Tensor tableTensor, Tensor indices) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae3d)
                revert(0x1c, 0x24)
            }
            output := or(tableTensor, indices)
        }
    }

    /// @notice output[i_0,..] = x[i_0 mod dimension_0,..]
    /// @param multiples copies along each axis, at least 1
    /// @param x any dtype
    /// @return output dtype of x, each dimension times its multiple
    /// @custom:evm-opcode TILE
    function tile(uint256 multiples, Tensor x) internal pure returns (Tensor output) {
        assembly ("memory-safe") {
            if mload(0x40) {
                mstore(0x00, 0x9c49c869)
                mstore(0x20, 0xae3e)
                revert(0x1c, 0x24)
            }
            output := or(multiples, x)
        }
    }

    /// @notice Type word of a tensor of rank 1.
    /// @param dtype INT8, INT16, INT32
    /// @param d0 dimension, 1..2^24-1, outermost
    /// @return word the type word
    function tensorType(uint256 dtype, uint256 d0) internal pure returns (uint256 word) {
        word = _range("dtype", dtype, 1, 3) | 1 << 8;
        word |= _range("d0", d0, 1, 16777215) << 16;
    }

    /// @notice Type word of a tensor of rank 2.
    /// @param dtype INT8, INT16, INT32
    /// @param d0 dimension, 1..2^24-1, outermost
    /// @param d1 dimension, 1..2^24-1
    /// @return word the type word
    function tensorType(uint256 dtype, uint256 d0, uint256 d1) internal pure returns (uint256 word) {
        word = _range("dtype", dtype, 1, 3) | 2 << 8;
        word |= _range("d0", d0, 1, 16777215) << 16;
        word |= _range("d1", d1, 1, 16777215) << 48;
    }

    /// @notice Type word of a tensor of rank 3.
    /// @param dtype INT8, INT16, INT32
    /// @param d0 dimension, 1..2^24-1, outermost
    /// @param d1 dimension, 1..2^24-1
    /// @param d2 dimension, 1..2^24-1
    /// @return word the type word
    function tensorType(uint256 dtype, uint256 d0, uint256 d1, uint256 d2) internal pure returns (uint256 word) {
        word = _range("dtype", dtype, 1, 3) | 3 << 8;
        word |= _range("d0", d0, 1, 16777215) << 16;
        word |= _range("d1", d1, 1, 16777215) << 48;
        word |= _range("d2", d2, 1, 16777215) << 80;
    }

    /// @notice Type word of a tensor of rank 4.
    /// @param dtype INT8, INT16, INT32
    /// @param d0 dimension, 1..2^24-1, outermost
    /// @param d1 dimension, 1..2^24-1
    /// @param d2 dimension, 1..2^24-1
    /// @param d3 dimension, 1..2^24-1
    /// @return word the type word
    function tensorType(
        uint256 dtype,
        uint256 d0,
        uint256 d1,
        uint256 d2,
        uint256 d3
    ) internal pure returns (uint256 word) {
        word = _range("dtype", dtype, 1, 3) | 4 << 8;
        word |= _range("d0", d0, 1, 16777215) << 16;
        word |= _range("d1", d1, 1, 16777215) << 48;
        word |= _range("d2", d2, 1, 16777215) << 80;
        word |= _range("d3", d3, 1, 16777215) << 112;
    }

    /// @notice Type word of a tensor of rank 5.
    /// @param dtype INT8, INT16, INT32
    /// @param d0 dimension, 1..2^24-1, outermost
    /// @param d1 dimension, 1..2^24-1
    /// @param d2 dimension, 1..2^24-1
    /// @param d3 dimension, 1..2^24-1
    /// @param d4 dimension, 1..2^24-1
    /// @return word the type word
    function tensorType(
        uint256 dtype,
        uint256 d0,
        uint256 d1,
        uint256 d2,
        uint256 d3,
        uint256 d4
    ) internal pure returns (uint256 word) {
        word = _range("dtype", dtype, 1, 3) | 5 << 8;
        word |= _range("d0", d0, 1, 16777215) << 16;
        word |= _range("d1", d1, 1, 16777215) << 48;
        word |= _range("d2", d2, 1, 16777215) << 80;
        word |= _range("d3", d3, 1, 16777215) << 112;
        word |= _range("d4", d4, 1, 16777215) << 144;
    }

    /// @notice Type word of a tensor of rank 6.
    /// @param dtype INT8, INT16, INT32
    /// @param d0 dimension, 1..2^24-1, outermost
    /// @param d1 dimension, 1..2^24-1
    /// @param d2 dimension, 1..2^24-1
    /// @param d3 dimension, 1..2^24-1
    /// @param d4 dimension, 1..2^24-1
    /// @param d5 dimension, 1..2^24-1
    /// @return word the type word
    function tensorType(
        uint256 dtype,
        uint256 d0,
        uint256 d1,
        uint256 d2,
        uint256 d3,
        uint256 d4,
        uint256 d5
    ) internal pure returns (uint256 word) {
        word = _range("dtype", dtype, 1, 3) | 6 << 8;
        word |= _range("d0", d0, 1, 16777215) << 16;
        word |= _range("d1", d1, 1, 16777215) << 48;
        word |= _range("d2", d2, 1, 16777215) << 80;
        word |= _range("d3", d3, 1, 16777215) << 112;
        word |= _range("d4", d4, 1, 16777215) << 144;
        word |= _range("d5", d5, 1, 16777215) << 176;
    }

    /// @notice Word of 1 32-bit values, one an axis, as slice and tile take them.
    /// @param v0 0..2^32-1, of the outermost axis
    /// @return word the packed values
    function axisWord(uint256 v0) internal pure returns (uint256 word) {
        word = _unsigned("v0", v0, 32, 0);
    }

    /// @notice Word of 2 32-bit values, one an axis, as slice and tile take them.
    /// @param v0 0..2^32-1, of the outermost axis
    /// @param v1 0..2^32-1
    /// @return word the packed values
    function axisWord(uint256 v0, uint256 v1) internal pure returns (uint256 word) {
        word = _unsigned("v0", v0, 32, 0);
        word |= _unsigned("v1", v1, 32, 0) << 32;
    }

    /// @notice Word of 3 32-bit values, one an axis, as slice and tile take them.
    /// @param v0 0..2^32-1, of the outermost axis
    /// @param v1 0..2^32-1
    /// @param v2 0..2^32-1
    /// @return word the packed values
    function axisWord(uint256 v0, uint256 v1, uint256 v2) internal pure returns (uint256 word) {
        word = _unsigned("v0", v0, 32, 0);
        word |= _unsigned("v1", v1, 32, 0) << 32;
        word |= _unsigned("v2", v2, 32, 0) << 64;
    }

    /// @notice Word of 4 32-bit values, one an axis, as slice and tile take them.
    /// @param v0 0..2^32-1, of the outermost axis
    /// @param v1 0..2^32-1
    /// @param v2 0..2^32-1
    /// @param v3 0..2^32-1
    /// @return word the packed values
    function axisWord(uint256 v0, uint256 v1, uint256 v2, uint256 v3) internal pure returns (uint256 word) {
        word = _unsigned("v0", v0, 32, 0);
        word |= _unsigned("v1", v1, 32, 0) << 32;
        word |= _unsigned("v2", v2, 32, 0) << 64;
        word |= _unsigned("v3", v3, 32, 0) << 96;
    }

    /// @notice Word of 5 32-bit values, one an axis, as slice and tile take them.
    /// @param v0 0..2^32-1, of the outermost axis
    /// @param v1 0..2^32-1
    /// @param v2 0..2^32-1
    /// @param v3 0..2^32-1
    /// @param v4 0..2^32-1
    /// @return word the packed values
    function axisWord(uint256 v0, uint256 v1, uint256 v2, uint256 v3, uint256 v4) internal pure returns (uint256 word) {
        word = _unsigned("v0", v0, 32, 0);
        word |= _unsigned("v1", v1, 32, 0) << 32;
        word |= _unsigned("v2", v2, 32, 0) << 64;
        word |= _unsigned("v3", v3, 32, 0) << 96;
        word |= _unsigned("v4", v4, 32, 0) << 128;
    }

    /// @notice Word of 6 32-bit values, one an axis, as slice and tile take them.
    /// @param v0 0..2^32-1, of the outermost axis
    /// @param v1 0..2^32-1
    /// @param v2 0..2^32-1
    /// @param v3 0..2^32-1
    /// @param v4 0..2^32-1
    /// @param v5 0..2^32-1
    /// @return word the packed values
    function axisWord(
        uint256 v0,
        uint256 v1,
        uint256 v2,
        uint256 v3,
        uint256 v4,
        uint256 v5
    ) internal pure returns (uint256 word) {
        word = _unsigned("v0", v0, 32, 0);
        word |= _unsigned("v1", v1, 32, 0) << 32;
        word |= _unsigned("v2", v2, 32, 0) << 64;
        word |= _unsigned("v3", v3, 32, 0) << 96;
        word |= _unsigned("v4", v4, 32, 0) << 128;
        word |= _unsigned("v5", v5, 32, 0) << 160;
    }

    /// @notice Attribute word of {matmul}.
    /// @param zeroPointA zero point of a; -128..127 for int8, 0 for int16
    /// @param zeroPointB zero point of b, -128..127
    /// @return word the packed fields
    function matmulAttributes(int256 zeroPointA, int256 zeroPointB) internal pure returns (uint256 word) {
        word = _signed("zeroPointA", zeroPointA, 16);
        word |= _signed("zeroPointB", zeroPointB, 16) << 16;
    }

    /// @notice Attribute word of {conv2d}.
    /// @param zeroPoint zero point of x, -128..127
    /// @param padTop rows of padding above
    /// @param padLeft columns of padding to the left
    /// @param padBottom rows of padding below
    /// @param padRight columns of padding to the right
    /// @param strideH rows between windows
    /// @param strideW columns between windows
    /// @param dilationH rows between taps
    /// @param dilationW columns between taps
    /// @param groups groups that the channels are divided into
    /// @return word the packed fields
    function conv2dAttributes(
        int256 zeroPoint,
        uint256 padTop,
        uint256 padLeft,
        uint256 padBottom,
        uint256 padRight,
        uint256 strideH,
        uint256 strideW,
        uint256 dilationH,
        uint256 dilationW,
        uint256 groups
    ) internal pure returns (uint256 word) {
        word = _signed("zeroPoint", zeroPoint, 16);
        word |= _unsigned("padTop", padTop, 16, 0) << 16;
        word |= _unsigned("padLeft", padLeft, 16, 0) << 32;
        word |= _unsigned("padBottom", padBottom, 16, 0) << 48;
        word |= _unsigned("padRight", padRight, 16, 0) << 64;
        word |= _unsigned("strideH", strideH, 16, 1) << 80;
        word |= _unsigned("strideW", strideW, 16, 1) << 96;
        word |= _unsigned("dilationH", dilationH, 16, 1) << 112;
        word |= _unsigned("dilationW", dilationW, 16, 1) << 128;
        word |= _unsigned("groups", groups, 24, 1) << 144;
    }

    /// @notice Attribute word of {depthwiseConv2d}.
    /// @param zeroPoint zero point of x, -128..127
    /// @param padTop rows of padding above
    /// @param padLeft columns of padding to the left
    /// @param padBottom rows of padding below
    /// @param padRight columns of padding to the right
    /// @param strideH rows between windows
    /// @param strideW columns between windows
    /// @param dilationH rows between taps
    /// @param dilationW columns between taps
    /// @return word the packed fields
    function depthwiseConv2dAttributes(
        int256 zeroPoint,
        uint256 padTop,
        uint256 padLeft,
        uint256 padBottom,
        uint256 padRight,
        uint256 strideH,
        uint256 strideW,
        uint256 dilationH,
        uint256 dilationW
    ) internal pure returns (uint256 word) {
        word = _signed("zeroPoint", zeroPoint, 16);
        word |= _unsigned("padTop", padTop, 16, 0) << 16;
        word |= _unsigned("padLeft", padLeft, 16, 0) << 32;
        word |= _unsigned("padBottom", padBottom, 16, 0) << 48;
        word |= _unsigned("padRight", padRight, 16, 0) << 64;
        word |= _unsigned("strideH", strideH, 16, 1) << 80;
        word |= _unsigned("strideW", strideW, 16, 1) << 96;
        word |= _unsigned("dilationH", dilationH, 16, 1) << 112;
        word |= _unsigned("dilationW", dilationW, 16, 1) << 128;
    }

    /// @notice Attribute word of {transposeConv2d}.
    /// @param zeroPoint zero point of x, -128..127
    /// @param padTop rows of the full result cut off above
    /// @param padLeft columns of the full result cut off at the left
    /// @param strideH rows between windows
    /// @param strideW columns between windows
    /// @param outputH height of the output
    /// @param outputW width of the output
    /// @return word the packed fields
    function transposeConv2dAttributes(
        int256 zeroPoint,
        uint256 padTop,
        uint256 padLeft,
        uint256 strideH,
        uint256 strideW,
        uint256 outputH,
        uint256 outputW
    ) internal pure returns (uint256 word) {
        word = _signed("zeroPoint", zeroPoint, 16);
        word |= _unsigned("padTop", padTop, 16, 0) << 16;
        word |= _unsigned("padLeft", padLeft, 16, 0) << 32;
        word |= _unsigned("strideH", strideH, 16, 1) << 48;
        word |= _unsigned("strideW", strideW, 16, 1) << 64;
        word |= _unsigned("outputH", outputH, 24, 0) << 80;
        word |= _unsigned("outputW", outputW, 24, 0) << 104;
    }

    /// @notice Attribute word of {rescale}.
    /// @param dtype dtype code of the output: 1 int8, 2 int16, 3 int32
    /// @param perChannel 0: words; 1: int32[C] and int8[C]; 2: packed as int32[2,C], shift word 0
    /// @param rounding 0 rounds twice (TFLite Micro, CMSIS-NN), 1 once (XNNPACK, ruy)
    /// @param inputShift bits to shift x left by first: at most 22 for int8, 15 for int16, 0 for int32
    /// @param inputZeroPoint zero point of x, in its dtype; 0 for int32
    /// @param outputZeroPoint zero point of the output, in its dtype; 0 for int32
    /// @param low smallest result
    /// @param high largest result
    /// @return word the packed fields
    function rescaleAttributes(
        uint256 dtype,
        uint256 perChannel,
        uint256 rounding,
        uint256 inputShift,
        int256 inputZeroPoint,
        int256 outputZeroPoint,
        int256 low,
        int256 high
    ) internal pure returns (uint256 word) {
        word = _unsigned("dtype", dtype, 8, 0);
        word |= _unsigned("perChannel", perChannel, 2, 0) << 8;
        word |= _unsigned("rounding", rounding, 1, 0) << 10;
        word |= _unsigned("inputShift", inputShift, 8, 0) << 11;
        word |= _signed("inputZeroPoint", inputZeroPoint, 16) << 19;
        word |= _signed("outputZeroPoint", outputZeroPoint, 16) << 35;
        word |= _signed("low", low, 32) << 51;
        word |= _signed("high", high, 32) << 83;
    }

    /// @notice Attribute word of {clamp}.
    /// @param low smallest result
    /// @param high largest result
    /// @return word the packed fields
    function clampAttributes(int256 low, int256 high) internal pure returns (uint256 word) {
        word = _signed("low", low, 32);
        word |= _signed("high", high, 32) << 32;
    }

    /// @notice Attribute word of {softmax}.
    /// @param form output: 0 int8 with zero point -128, 1 int16 with zero point -32768, 2 int16 with zero point 0
    /// @return word the packed fields
    function softmaxAttributes(uint256 form) internal pure returns (uint256 word) {
        word = _unsigned("form", form, 2, 0);
    }

    /// @notice Attribute word of {tmul}.
    /// @param shift bits to shift the product right by, 0..62
    /// @return word the packed fields
    function tmulAttributes(uint256 shift) internal pure returns (uint256 word) {
        word = _unsigned("shift", shift, 6, 0);
    }

    /// @notice Attribute word of {reduceSum}.
    /// @param axes bit i set: axis i is reduced; at least one, none beyond the rank
    /// @param keepDims 1: reduced axes stay as dimensions of 1
    /// @param zeroPoint zero point of x, in the range of its dtype; 0 for int32
    /// @return word the packed fields
    function reduceSumAttributes(
        uint256 axes,
        uint256 keepDims,
        int256 zeroPoint
    ) internal pure returns (uint256 word) {
        word = _unsigned("axes", axes, 6, 0);
        word |= _unsigned("keepDims", keepDims, 1, 0) << 6;
        word |= _signed("zeroPoint", zeroPoint, 16) << 7;
    }

    /// @notice Attribute word of {reduceMax}.
    /// @param axes bit i set: axis i is reduced; at least one, none beyond the rank
    /// @param keepDims 1: reduced axes stay as dimensions of 1
    /// @return word the packed fields
    function reduceMaxAttributes(uint256 axes, uint256 keepDims) internal pure returns (uint256 word) {
        word = _unsigned("axes", axes, 6, 0);
        word |= _unsigned("keepDims", keepDims, 1, 0) << 6;
    }

    /// @notice Attribute word of {reduceMin}.
    /// @param axes bit i set: axis i is reduced; at least one, none beyond the rank
    /// @param keepDims 1: reduced axes stay as dimensions of 1
    /// @return word the packed fields
    function reduceMinAttributes(uint256 axes, uint256 keepDims) internal pure returns (uint256 word) {
        word = _unsigned("axes", axes, 6, 0);
        word |= _unsigned("keepDims", keepDims, 1, 0) << 6;
    }

    /// @notice Attribute word of {argmax}.
    /// @param axis axis that is searched
    /// @return word the packed fields
    function argmaxAttributes(uint256 axis) internal pure returns (uint256 word) {
        word = _unsigned("axis", axis, 3, 0);
    }

    /// @notice Attribute word of {avgPool2d}.
    /// @param padTop rows of padding above
    /// @param padLeft columns of padding to the left
    /// @param padBottom rows of padding below
    /// @param padRight columns of padding to the right
    /// @param windowH rows of the window
    /// @param windowW columns of the window
    /// @param strideH rows between windows
    /// @param strideW columns between windows
    /// @return word the packed fields
    function avgPool2dAttributes(
        uint256 padTop,
        uint256 padLeft,
        uint256 padBottom,
        uint256 padRight,
        uint256 windowH,
        uint256 windowW,
        uint256 strideH,
        uint256 strideW
    ) internal pure returns (uint256 word) {
        word = _unsigned("padTop", padTop, 16, 0);
        word |= _unsigned("padLeft", padLeft, 16, 0) << 16;
        word |= _unsigned("padBottom", padBottom, 16, 0) << 32;
        word |= _unsigned("padRight", padRight, 16, 0) << 48;
        word |= _unsigned("windowH", windowH, 16, 1) << 64;
        word |= _unsigned("windowW", windowW, 16, 1) << 80;
        word |= _unsigned("strideH", strideH, 16, 1) << 96;
        word |= _unsigned("strideW", strideW, 16, 1) << 112;
    }

    /// @notice Attribute word of {maxPool2d}.
    /// @param padTop rows of padding above
    /// @param padLeft columns of padding to the left
    /// @param padBottom rows of padding below
    /// @param padRight columns of padding to the right
    /// @param windowH rows of the window
    /// @param windowW columns of the window
    /// @param strideH rows between windows
    /// @param strideW columns between windows
    /// @return word the packed fields
    function maxPool2dAttributes(
        uint256 padTop,
        uint256 padLeft,
        uint256 padBottom,
        uint256 padRight,
        uint256 windowH,
        uint256 windowW,
        uint256 strideH,
        uint256 strideW
    ) internal pure returns (uint256 word) {
        word = _unsigned("padTop", padTop, 16, 0);
        word |= _unsigned("padLeft", padLeft, 16, 0) << 16;
        word |= _unsigned("padBottom", padBottom, 16, 0) << 32;
        word |= _unsigned("padRight", padRight, 16, 0) << 48;
        word |= _unsigned("windowH", windowH, 16, 1) << 64;
        word |= _unsigned("windowW", windowW, 16, 1) << 80;
        word |= _unsigned("strideH", strideH, 16, 1) << 96;
        word |= _unsigned("strideW", strideW, 16, 1) << 112;
    }

    /// @notice Attribute word of {transpose}.
    /// @param axis0 axis of x that becomes axis 0
    /// @param axis1 axis of x that becomes axis 1; 0 beyond the rank
    /// @param axis2 axis of x that becomes axis 2; 0 beyond the rank
    /// @param axis3 axis of x that becomes axis 3; 0 beyond the rank
    /// @param axis4 axis of x that becomes axis 4; 0 beyond the rank
    /// @param axis5 axis of x that becomes axis 5; 0 beyond the rank
    /// @return word the packed fields
    function transposeAttributes(
        uint256 axis0,
        uint256 axis1,
        uint256 axis2,
        uint256 axis3,
        uint256 axis4,
        uint256 axis5
    ) internal pure returns (uint256 word) {
        word = _unsigned("axis0", axis0, 4, 0);
        word |= _unsigned("axis1", axis1, 4, 0) << 4;
        word |= _unsigned("axis2", axis2, 4, 0) << 8;
        word |= _unsigned("axis3", axis3, 4, 0) << 12;
        word |= _unsigned("axis4", axis4, 4, 0) << 16;
        word |= _unsigned("axis5", axis5, 4, 0) << 20;
    }

    /// @notice Attribute word of {pad}.
    /// @param value what fills the padding, in the range of x's dtype
    /// @param before0 padding before axis 0
    /// @param after0 padding after axis 0
    /// @param before1 padding before axis 1; 0 beyond the rank, as all below
    /// @param after1 padding after axis 1
    /// @param before2 padding before axis 2
    /// @param after2 padding after axis 2
    /// @param before3 padding before axis 3
    /// @param after3 padding after axis 3
    /// @param before4 padding before axis 4
    /// @param after4 padding after axis 4
    /// @param before5 padding before axis 5
    /// @param after5 padding after axis 5
    /// @return word the packed fields
    function padAttributes(
        int256 value,
        uint256 before0,
        uint256 after0,
        uint256 before1,
        uint256 after1,
        uint256 before2,
        uint256 after2,
        uint256 before3,
        uint256 after3,
        uint256 before4,
        uint256 after4,
        uint256 before5,
        uint256 after5
    ) internal pure returns (uint256 word) {
        word = _signed("value", value, 32);
        word |= _unsigned("before0", before0, 16, 0) << 32;
        word |= _unsigned("after0", after0, 16, 0) << 48;
        word |= _unsigned("before1", before1, 16, 0) << 64;
        word |= _unsigned("after1", after1, 16, 0) << 80;
        word |= _unsigned("before2", before2, 16, 0) << 96;
        word |= _unsigned("after2", after2, 16, 0) << 112;
        word |= _unsigned("before3", before3, 16, 0) << 128;
        word |= _unsigned("after3", after3, 16, 0) << 144;
        word |= _unsigned("before4", before4, 16, 0) << 160;
        word |= _unsigned("after4", after4, 16, 0) << 176;
        word |= _unsigned("before5", before5, 16, 0) << 192;
        word |= _unsigned("after5", after5, 16, 0) << 208;
    }

    /// @notice Attribute word of {concat}.
    /// @param axis axis that is joined
    /// @return word the packed fields
    function concatAttributes(uint256 axis) internal pure returns (uint256 word) {
        word = _unsigned("axis", axis, 3, 0);
    }

    function _range(bytes32 field, uint256 value, uint256 low, uint256 high) private pure returns (uint256) {
        if (value < low || value > high) revert TensorFieldOutOfRange(field, int256(low), int256(high));
        return value;
    }

    // A value below the bias wraps around and is too large.
    function _unsigned(bytes32 field, uint256 value, uint256 bits, uint256 bias) private pure returns (uint256 stored) {
        unchecked {
            stored = value - bias;
            if (stored >> bits != 0) revert TensorFieldOutOfRange(field, int256(bias), int256((1 << bits) - 1 + bias));
        }
    }

    function _signed(bytes32 field, int256 value, uint256 bits) private pure returns (uint256 stored) {
        unchecked {
            uint256 half = 1 << (bits - 1);
            if ((uint256(value) + half) >> bits != 0) revert TensorFieldOutOfRange(field, -int256(half), int256(half - 1));
            stored = uint256(value) & ((1 << bits) - 1);
        }
    }
}
