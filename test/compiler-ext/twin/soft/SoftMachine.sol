// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

/// @notice A tensor: elements in row-major order, one a word, sign-extended.
struct SoftTensor {
    uint256 dtype;
    uint256[] shape;
    int256[] data;
}

/// @notice The bits of an attribute word that were not read yet.
struct Fields {
    uint256 rest;
}

using {SoftMachine.take, SoftMachine.takeSigned, SoftMachine.finish} for Fields global;

/// @title The machine that plain Solidity has in place of tensor instructions
/// @notice Keeps a frame's tensors by handle in a part of memory that the contract around it never reaches, so that
/// Solidity's own memory is the same with it and without it.
/// @dev Every function of {SoftInstructions} moves the free memory pointer here while it runs. A halt is INVALID, which
/// takes all gas of the frame as an exceptional halt does. What no contract can know, which tensors the frames around it
/// hold, is answered by the account LEDGER of the machine that runs the twin.
library SoftMachine {
    uint256 internal constant INT8 = 1;
    uint256 internal constant INT16 = 2;
    uint256 internal constant INT32 = 3;
    uint256 internal constant MAX_RANK = 6;
    uint256 internal constant MAX_DIMENSION = 2 ** 24 - 1;

    /// @notice Limits of the chain that twins are compared on; `limits` of world.ts are the same.
    uint256 internal constant ARENA_BYTES = 32768;
    uint256 internal constant MAX_HANDLES = 40;

    // First word of the machine's memory: where its heap ends. Second: handles made. Then one word a handle, where its
    // tensor is, 0 once freed; then the heap.
    uint256 private constant BASE = 0x20000;
    uint256 private constant MADE = 0x20020;
    uint256 private constant TABLE = 0x20040;
    uint256 private constant HEAP = 0x28000;
    uint256 private constant TABLE_LENGTH = (HEAP - TABLE) / 32;

    uint256 private constant LEDGER = 0xb00c;

    /// @notice Ends the frame as an exceptional halt does.
    function halt() internal pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    /// @notice Halts unless the condition holds.
    function check(bool holds) internal pure {
        if (!holds) halt();
    }

    /// @notice Moves the free memory pointer to the machine's heap.
    /// @return pointer where it was
    function enter() internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
            let top := mload(BASE)
            if iszero(top) {
                top := HEAP
            }
            mstore(0x40, top)
        }
    }

    /// @notice Moves the free memory pointer back.
    /// @param pointer where it was
    function exit(uint256 pointer) internal pure {
        assembly ("memory-safe") {
            mstore(BASE, mload(0x40))
            mstore(0x40, pointer)
        }
    }

    /// @notice Halts where bytes of memory are not the contract's own: the twin can't tell what a real machine has there.
    function checkMemory(uint256 offset, uint256 length) internal pure {
        check(offset < BASE && offset + length <= BASE);
    }

    // Tensors

    /// @notice Makes a tensor of zeros with the frame's next handle.
    /// @dev Halts with ShapeMismatch, ArenaFull or TooManyHandles.
    function create(
        uint256 dtype,
        uint256[] memory shape
    ) internal pure returns (uint256 handle, SoftTensor memory tensor) {
        uint256 rounded = ((checkedBytes(dtype, shape) + 63) / 64) * 64;
        (uint256 live, uint256 tensors) = account(int256(rounded), 1);
        check(live <= ARENA_BYTES && tensors <= MAX_HANDLES);
        tensor.dtype = dtype;
        tensor.shape = shape;
        tensor.data = new int256[](elements(shape));
        assembly ("memory-safe") {
            handle := add(mload(MADE), 1)
            mstore(MADE, handle)
        }
        check(handle < TABLE_LENGTH);
        assembly ("memory-safe") {
            mstore(add(TABLE, mul(handle, 32)), tensor)
        }
    }

    /// @notice The tensor of a handle. Halts with BadHandle.
    function tensorOf(uint256 handle) internal pure returns (SoftTensor memory tensor) {
        check(handle != 0 && handle <= handlesMade() && isAlive(handle));
        assembly ("memory-safe") {
            tensor := mload(add(TABLE, mul(handle, 32)))
        }
    }

    /// @notice Handles that the frame has made.
    function handlesMade() internal pure returns (uint256 made) {
        assembly ("memory-safe") {
            made := mload(MADE)
        }
    }

    /// @notice Whether a handle that was made is not freed.
    function isAlive(uint256 handle) internal pure returns (bool alive) {
        assembly ("memory-safe") {
            alive := iszero(iszero(mload(add(TABLE, mul(handle, 32)))))
        }
    }

    /// @notice Frees a tensor that is alive.
    function release(uint256 handle) internal pure {
        SoftTensor memory tensor = tensorOf(handle);
        account(-int256(((checkedBytes(tensor.dtype, tensor.shape) + 63) / 64) * 64), -1);
        assembly ("memory-safe") {
            mstore(add(TABLE, mul(handle, 32)), 0)
        }
    }

    /// @notice Arena bytes that the tensors of all open frames take.
    function liveBytes() internal pure returns (uint256 live) {
        (live, ) = account(0, 0);
    }

    // Asks for the totals of all open frames, after this frame's have changed. A pure function may not call; what the
    // instructions do is pure all the same, as long as nobody asks which tensors other frames hold.
    function account(int256 bytesMore, int256 tensorsMore) private pure returns (uint256 live, uint256 tensors) {
        function(int256, int256) internal view returns (uint256, uint256) asking = _account;
        function(int256, int256) internal pure returns (uint256, uint256) answering;
        assembly ("memory-safe") {
            answering := asking
        }
        return answering(bytesMore, tensorsMore);
    }

    function _account(int256 bytesMore, int256 tensorsMore) private view returns (uint256, uint256) {
        (bool known, bytes memory answer) = address(uint160(LEDGER)).staticcall(abi.encode(bytesMore, tensorsMore));
        check(known && answer.length == 64);
        return abi.decode(answer, (uint256, uint256));
    }

    // Types

    /// @notice Bytes of an element.
    function elementBytes(uint256 dtype) internal pure returns (uint256) {
        return dtype == INT8 ? 1 : dtype == INT16 ? 2 : 4;
    }

    /// @notice Least value of a dtype.
    function least(uint256 dtype) internal pure returns (int256) {
        return dtype == INT8 ? -128 : dtype == INT16 ? -32768 : -2147483648;
    }

    /// @notice Greatest value of a dtype.
    function greatest(uint256 dtype) internal pure returns (int256) {
        return -1 - least(dtype);
    }

    /// @notice Elements of a shape.
    function elements(uint256[] memory shape) internal pure returns (uint256 count) {
        count = 1;
        for (uint256 axis; axis < shape.length; ++axis) count *= shape[axis];
    }

    /// @notice Length of the canonical form of a tensor.
    function bytesOf(SoftTensor memory tensor) internal pure returns (uint256) {
        return tensor.data.length * elementBytes(tensor.dtype);
    }

    /// @notice Length of a canonical form. Halts unless rank, dimensions and length are those of a tensor.
    function checkedBytes(uint256 dtype, uint256[] memory shape) internal pure returns (uint256 length) {
        check(shape.length >= 1 && shape.length <= MAX_RANK);
        for (uint256 axis; axis < shape.length; ++axis) check(shape[axis] >= 1 && shape[axis] <= MAX_DIMENSION);
        length = elements(shape) * elementBytes(dtype);
        check(length < 2 ** 32);
    }

    /// @notice What a type word says. Halts with BadTypeWord.
    function decodeType(uint256 word) internal pure returns (uint256 dtype, uint256[] memory shape) {
        dtype = word & 0xff;
        uint256 rank = (word >> 8) & 0xff;
        check(dtype >= INT8 && dtype <= INT32 && rank >= 1 && rank <= MAX_RANK);
        shape = unpackAxes(word >> 16, rank);
        checkedBytes(dtype, shape);
    }

    /// @notice The type word of a tensor.
    function encodeType(SoftTensor memory tensor) internal pure returns (uint256 word) {
        for (uint256 axis = tensor.shape.length; axis > 0; --axis) word = (word << 32) | tensor.shape[axis - 1];
        return (((word << 8) | tensor.shape.length) << 8) | tensor.dtype;
    }

    /// @notice 32-bit fields, one an axis, from the lowest bits up. Halts when a bit above the last is set.
    function unpackAxes(uint256 word, uint256 rank) internal pure returns (uint256[] memory values) {
        values = new uint256[](rank);
        for (uint256 axis; axis < rank; ++axis) {
            values[axis] = word & 0xffffffff;
            word >>= 32;
        }
        check(word == 0);
    }

    /// @notice Whether two shapes are the same.
    function sameShape(uint256[] memory a, uint256[] memory b) internal pure returns (bool) {
        if (a.length != b.length) return false;
        for (uint256 axis; axis < a.length; ++axis) if (a[axis] != b[axis]) return false;
        return true;
    }

    /// @notice Halts unless a tensor is of rank 1 with this dtype and length.
    function checkVector(SoftTensor memory tensor, uint256 dtype, uint256 length) internal pure {
        check(tensor.dtype == dtype && tensor.shape.length == 1 && tensor.shape[0] == length);
    }

    /// @notice A shape of four dimensions.
    function shape4(uint256 n, uint256 h, uint256 w, uint256 c) internal pure returns (uint256[] memory shape) {
        shape = new uint256[](4);
        (shape[0], shape[1], shape[2], shape[3]) = (n, h, w, c);
    }

    // Positions

    /// @notice Writes the coordinates of the element at an index of a shape.
    function unravel(uint256 index, uint256[] memory shape, uint256[] memory coordinates) internal pure {
        unchecked {
            for (uint256 axis = shape.length; axis > 0; --axis) {
                uint256 dimension = shape[axis - 1];
                coordinates[axis - 1] = index % dimension;
                index /= dimension;
            }
        }
    }

    /// @notice Index of the element at coordinates of a shape.
    function ravel(uint256[] memory coordinates, uint256[] memory shape) internal pure returns (uint256 index) {
        unchecked {
            for (uint256 axis; axis < shape.length; ++axis) index = index * shape[axis] + coordinates[axis];
        }
    }

    /// @notice Leaves of 256 bytes that runs of neighbouring elements may touch in a tensor.
    /// @dev SPEC.md, "Reach of an element".
    function leaves(SoftTensor memory tensor, uint256 runs, uint256 length) internal pure returns (uint256) {
        uint256 touched = runs * (ceilDiv(length * elementBytes(tensor.dtype) - 1, 256) + 1);
        uint256 all = ceilDiv(bytesOf(tensor), 256);
        return touched < all ? touched : all;
    }

    /// @notice Halts when an element reads more leaves than it may.
    function checkReach(uint256 count) internal pure {
        check(count <= 96);
    }

    // Numbers

    /// @notice Reduces a value modulo 2^32 to an int32.
    function wrap32(int256 value) internal pure returns (int256) {
        return int256(int32(value));
    }

    /// @notice a / b, rounded up.
    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return a / b + (a % b == 0 ? 0 : 1);
    }

    // Attribute words

    /// @notice The next field, of so many bits.
    function take(Fields memory fields, uint256 bits) internal pure returns (uint256 value) {
        value = fields.rest & ((1 << bits) - 1);
        fields.rest >>= bits;
    }

    /// @notice The next field, of so many bits, in two's complement.
    function takeSigned(Fields memory fields, uint256 bits) internal pure returns (int256 value) {
        value = int256(take(fields, bits));
        if (value >> (bits - 1) == 1) value -= int256(1 << bits);
    }

    /// @notice Halts when a bit above the last field is set.
    function finish(Fields memory fields) internal pure {
        check(fields.rest == 0);
    }
}
