// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";

/// @title A machine whose program is an argument
/// @notice Runs any sequence of tensor instructions with any operand words, so that random programs reach every
/// instruction, every type rule and every halt.
contract Machine {
    struct Step {
        uint8 opcode;
        uint256[4] words;
    }

    /// @notice An instruction gave a word.
    event Result(uint256 indexed step, uint8 indexed opcode, uint256 word);

    /// @notice No instruction has this opcode.
    error UnknownOpcode(uint8 opcode);

    /// @notice Memory outside the buffer was named: what lies there is the compiler's business.
    error OutsideBuffer(uint256 offset, uint256 length);

    uint256 private constant BUFFER_BYTES = 8192;

    /// @notice Programs that ended well.
    uint256 public programs;
    /// @notice Hash of all results so far.
    bytes32 public digest;
    /// @notice Times that each opcode was carried out.
    mapping(uint8 opcode => uint256 count) public counts;

    /// @notice Runs a program.
    /// @param steps handles, words and offsets; memory offsets count from the buffer, calldata offsets from `data`
    /// @param data what the buffer holds at first
    /// @return results the word of each step, 0 for none
    /// @return buffer what the program left there
    function run(
        Step[] calldata steps,
        bytes calldata data
    ) external returns (uint256[] memory results, bytes memory buffer) {
        results = new uint256[](steps.length);
        buffer = new bytes(BUFFER_BYTES);
        checkBuffer(0, data.length);
        assembly ("memory-safe") {
            calldatacopy(add(buffer, 32), data.offset, data.length)
        }
        for (uint256 i; i < steps.length; ++i) {
            uint8 opcode = steps[i].opcode;
            results[i] = execute(opcode, steps[i].words, data, buffer);
            unchecked {
                counts[opcode]++;
            }
            if (results[i] != 0) emit Result(i, opcode, results[i]);
        }
        programs++;
        digest = keccak256(abi.encode(digest, results, buffer));
    }

    function execute(
        uint8 opcode,
        uint256[4] memory words,
        bytes calldata data,
        bytes memory buffer
    ) private view returns (uint256) {
        if (opcode < 0x10) return access(opcode, words, data, buffer);
        return Tensor.unwrap(compute(opcode, words));
    }

    function access(
        uint8 opcode,
        uint256[4] memory words,
        bytes calldata data,
        bytes memory buffer
    ) private view returns (uint256) {
        (uint256 first, uint256 second) = (words[0], words[1]);
        if (opcode == 0x01) {
            checkBuffer(second, canonicalBytes(first));
            return Tensor.unwrap(TensorInstructions.tmload(first, addressOf(buffer) + second));
        }
        if (opcode == 0x02) {
            uint256 start;
            assembly {
                start := data.offset
            }
            unchecked {
                // Past the end of 256 bits there is nothing either.
                uint256 offset = second > type(uint256).max - start ? second : start + second;
                return Tensor.unwrap(TensorInstructions.tcalldataload(first, offset));
            }
        }
        if (opcode == 0x03) return Tensor.unwrap(TensorInstructions.tcodeload(first, second, words[2]));
        if (opcode == 0x04)
            return Tensor.unwrap(TensorInstructions.tmodelload(bytes32(first), second, words[2], words[3]));
        if (opcode == 0x05) {
            checkBuffer(second, canonicalBytes(TensorInstructions.ttype(Tensor.wrap(first))));
            TensorInstructions.tmstore(Tensor.wrap(first), addressOf(buffer) + second);
            return 0;
        }
        if (opcode == 0x06) return TensorInstructions.ttype(Tensor.wrap(first));
        if (opcode == 0x07) {
            TensorInstructions.tfree(first, second);
            return 0;
        }
        if (opcode == 0x08) return TensorInstructions.tspace();
        if (opcode == 0x09) return TensorInstructions.troot(Tensor.wrap(first));
        revert UnknownOpcode(opcode);
    }

    function compute(uint8 opcode, uint256[4] memory words) private pure returns (Tensor) {
        (uint256 first, Tensor second) = (words[0], Tensor.wrap(words[1]));
        (Tensor third, Tensor fourth) = (Tensor.wrap(words[2]), Tensor.wrap(words[3]));
        if (opcode == 0x20) return TensorInstructions.rescale(first, second, words[2], words[3]);
        if (opcode == 0x2e) return TensorInstructions.rsqrt(Tensor.wrap(first));
        if (opcode == 0x3a) return TensorInstructions.slice(first, words[1], words[2], fourth);
        if (opcode >= 0x10 && opcode < 0x14) {
            function(uint256, Tensor, Tensor, Tensor) internal pure returns (Tensor)[4] memory contractions = [
                TensorInstructions.matmul,
                TensorInstructions.conv2d,
                TensorInstructions.depthwiseConv2d,
                TensorInstructions.transposeConv2d
            ];
            return contractions[opcode - 0x10](first, second, third, fourth);
        }
        if (opcode == 0x23) return TensorInstructions.softmax(first, second, third);
        if (opcode == 0x2a) return TensorInstructions.tmul(first, second, third);
        if (opcode == 0x3c) return TensorInstructions.concat(first, second, third);
        (bool isUnary, function(uint256, Tensor) internal pure returns (Tensor) unary) = unaryOf(opcode);
        return isUnary ? unary(first, second) : binaryOf(opcode)(Tensor.wrap(first), second);
    }

    function unaryOf(
        uint8 opcode
    ) private pure returns (bool isUnary, function(uint256, Tensor) internal pure returns (Tensor) unary) {
        isUnary = true;
        if (opcode == 0x21) unary = TensorInstructions.clamp;
        else if (opcode == 0x30) unary = TensorInstructions.reduceSum;
        else if (opcode == 0x31) unary = TensorInstructions.reduceMax;
        else if (opcode == 0x32) unary = TensorInstructions.reduceMin;
        else if (opcode == 0x33) unary = TensorInstructions.argmax;
        else if (opcode == 0x34) unary = TensorInstructions.avgPool2d;
        else if (opcode == 0x35) unary = TensorInstructions.maxPool2d;
        else if (opcode == 0x38) unary = TensorInstructions.reshape;
        else if (opcode == 0x39) unary = TensorInstructions.transpose;
        else if (opcode == 0x3b) unary = TensorInstructions.pad;
        else if (opcode == 0x3e) unary = TensorInstructions.tile;
        else isUnary = false;
    }

    function binaryOf(uint8 opcode) private pure returns (function(Tensor, Tensor) internal pure returns (Tensor)) {
        if (opcode == 0x22) return TensorInstructions.table;
        if (opcode == 0x28) return TensorInstructions.tadd;
        if (opcode == 0x29) return TensorInstructions.tsub;
        if (opcode == 0x2b) return TensorInstructions.maximum;
        if (opcode == 0x2c) return TensorInstructions.minimum;
        if (opcode == 0x2d) return TensorInstructions.arithmeticRightShift;
        if (opcode == 0x3d) return TensorInstructions.gather;
        revert UnknownOpcode(opcode);
    }

    function addressOf(bytes memory buffer) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := add(buffer, 32)
        }
    }

    function checkBuffer(uint256 offset, uint256 length) private pure {
        if (offset > BUFFER_BYTES || length > BUFFER_BYTES - offset) revert OutsideBuffer(offset, length);
    }

    /// @dev Of a word that is no type word, some length: what is left to the instruction is to halt.
    function canonicalBytes(uint256 typeWord) private pure returns (uint256 length) {
        uint256 rank = (typeWord >> 8) & 0xff;
        length = 1 << ((typeWord & 3) == 0 ? 0 : (typeWord & 3) - 1);
        for (uint256 axis; axis < rank && axis < 6; ++axis) length *= (typeWord >> (16 + 32 * axis)) & 0xffffffff;
    }
}
