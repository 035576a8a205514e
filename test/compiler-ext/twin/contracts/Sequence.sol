// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";

type Row is uint256;

function plus(Row a, Row b) pure returns (Row) {
    return Row.wrap(Tensor.unwrap(Tensor.wrap(Row.unwrap(a)).tadd(Tensor.wrap(Row.unwrap(b)))));
}

function minus(Row a, Row b) pure returns (Row) {
    return Row.wrap(Tensor.unwrap(Tensor.wrap(Row.unwrap(a)).tsub(Tensor.wrap(Row.unwrap(b)))));
}

using {plus as +, minus as -} for Row global;

/// @notice Rows that were kept of earlier steps.
library Cache {
    struct Rows {
        bytes data;
        uint256 count;
    }

    error Full(uint256 count);

    function append(Rows storage rows, Tensor row, uint256 width, uint256 limit) internal {
        if (rows.count >= limit) revert Full(rows.count);
        bytes memory form = new bytes(width);
        uint256 start;
        assembly ("memory-safe") {
            start := add(form, 32)
        }
        row.tmstore(start);
        rows.data = bytes.concat(rows.data, form);
        rows.count++;
    }

    function load(Rows storage rows, uint256 width) internal view returns (Tensor) {
        bytes memory data = rows.data;
        uint256 start;
        assembly ("memory-safe") {
            start := add(data, 32)
        }
        return TensorInstructions.tmload(TensorInstructions.tensorType(1, rows.count, width), start);
    }
}

/// @notice One step at a time of attention over what came before, in integers.
contract Sequence {
    using Cache for Cache.Rows;

    uint256 private constant WIDTH = 4;
    uint256 private constant HEADS = 2;
    uint256 private constant LONGEST = 5;

    event Step(uint256 indexed position, bytes state, uint256[2] handles);
    event Reset(uint256 length);

    error BadToken(uint256 token);

    Cache.Rows private keys;
    Cache.Rows private values;
    uint256 public position;
    bytes32 public chain;
    bytes32 private immutable model;
    address private immutable tables;

    constructor(bytes32 model_, address tables_) {
        model = model_;
        tables = tables_;
    }

    /// @notice Takes tokens in, and gives the state after the last one.
    function feed(uint256[] calldata tokens, bool strict) external returns (bytes memory state) {
        for (uint256 i; i < tokens.length; ++i) {
            if (strict && tokens[i] > 7) revert BadToken(tokens[i]);
            state = step(uint8(tokens[i]));
            chain = keccak256(abi.encode(chain, state));
        }
    }

    /// @notice Forgets everything.
    function reset() external {
        emit Reset(keys.count);
        delete keys;
        delete values;
        position = 0;
    }

    function step(uint8 token) private returns (bytes memory state) {
        Tensor x = embed(token);
        Tensor normal = normalize(x);
        keys.append(project(normal, 1), WIDTH, LONGEST);
        values.append(project(normal, 2), WIDTH, LONGEST);
        Tensor attended = attend(project(normal, 0));
        Row sum = Row.wrap(Tensor.unwrap(widen(x))) + Row.wrap(Tensor.unwrap(widen(attended)));
        Row centred = sum - Row.wrap(Tensor.unwrap(mean(Tensor.wrap(Row.unwrap(sum)))));
        Tensor activated = Tensor.wrap(Row.unwrap(centred)).maximum(Tensor.wrap(Row.unwrap(sum - sum)));
        uint256 narrow = TensorInstructions.rescaleAttributes(2, 0, 1, 0, 0, 7, -32768, 32767);
        Tensor result = TensorInstructions.rescale(narrow, activated, 2 ** 30 + 12345, uint256(int256(-1)));
        state = new bytes(2 * WIDTH);
        uint256 start;
        assembly ("memory-safe") {
            start := add(state, 32)
        }
        result.tmstore(start);
        emit Step(position++, state, [Tensor.unwrap(result), TensorInstructions.tspace()]);
        TensorInstructions.tfree(1, Tensor.unwrap(result));
    }

    /// @dev A row of the table of tokens, with the position in its place twice.
    function embed(uint8 token) private view returns (Tensor) {
        Tensor table = TensorInstructions.tmodelload(model, 0, 0, 8);
        bytes memory raw = abi.encodePacked(token);
        uint256 start;
        assembly ("memory-safe") {
            start := add(raw, 32)
        }
        Tensor index = TensorInstructions.tmload(TensorInstructions.tensorType(1, 1), start);
        Tensor row = TensorInstructions.gather(table, index);
        Tensor places = TensorInstructions.tmodelload(model, 0, position % 8, 1);
        uint256 half = TensorInstructions.axisWord(1, WIDTH / 2);
        Tensor begin = TensorInstructions.slice(0, half, 0, row);
        uint256 everySecond = TensorInstructions.axisWord(0, 1);
        Tensor end = TensorInstructions.slice(TensorInstructions.axisWord(0, 1), half, everySecond, places);
        return TensorInstructions.concat(TensorInstructions.concatAttributes(1), begin, end);
    }

    /// @dev x * 1 / sqrt(mean of squares), in int32, then int8.
    function normalize(Tensor x) private pure returns (Tensor) {
        Tensor wide = widen(x);
        Tensor squares = TensorInstructions.tmul(0, wide, wide);
        Tensor total = TensorInstructions.reduceSum(TensorInstructions.reduceSumAttributes(2, 1, 0), squares);
        Tensor factor = TensorInstructions.rsqrt(total);
        Tensor scaled = TensorInstructions.tmul(TensorInstructions.tmulAttributes(24), wide, factor);
        uint256 narrow = TensorInstructions.rescaleAttributes(1, 0, 0, 0, 0, 0, -127, 127);
        return TensorInstructions.rescale(narrow, scaled, 2 ** 30, 1);
    }

    function widen(Tensor x) private pure returns (Tensor) {
        uint256 attributes = TensorInstructions.rescaleAttributes(3, 0, 0, 3, 0, 0, -2 ** 31, 2 ** 31 - 1);
        return TensorInstructions.rescale(attributes, x, 2 ** 30, 1);
    }

    function project(Tensor x, uint256 which) private view returns (Tensor) {
        uint256 typeWord = TensorInstructions.tensorType(1, WIDTH, WIDTH);
        Tensor w = TensorInstructions.tcodeload(typeWord, uint160(tables), 16 * which + 3);
        Tensor sums = TensorInstructions.matmul(0, x, w, Tensor.wrap(0));
        uint256 narrow = TensorInstructions.rescaleAttributes(1, 0, 1, 0, 0, 0, -128, 127);
        return TensorInstructions.rescale(narrow, sums, 1518500250, uint256(int256(-6)));
    }

    /// @dev Heads are a leading axis: [1, WIDTH] becomes [HEADS, 1, WIDTH / HEADS].
    function split(Tensor x, uint256 rows) private pure returns (Tensor) {
        uint256 typeWord = TensorInstructions.tensorType(1, rows, HEADS, WIDTH / HEADS);
        uint256 order = TensorInstructions.transposeAttributes(1, 0, 2, 0, 0, 0);
        return TensorInstructions.transpose(order, TensorInstructions.reshape(typeWord, x));
    }

    function attend(Tensor query) private view returns (Tensor) {
        uint256 rows = keys.count;
        Tensor k = split(keys.load(WIDTH), rows);
        Tensor v = split(values.load(WIDTH), rows);
        Tensor scores = TensorInstructions.matmul(0, split(query, 1), k, Tensor.wrap(0));
        uint256 narrow = TensorInstructions.rescaleAttributes(1, 0, 0, 0, 0, 0, -128, 127);
        Tensor small = TensorInstructions.rescale(narrow, scores, 2 ** 30, uint256(int256(-5)));
        Tensor table = TensorInstructions.tmodelload(model, 2, 0, 256);
        Tensor weights = TensorInstructions.softmax(TensorInstructions.softmaxAttributes(2), small, table);
        // [HEADS, rows, n] becomes [HEADS, n, rows]: the axis that is summed over lies last.
        Tensor turned = TensorInstructions.transpose(TensorInstructions.transposeAttributes(0, 2, 1, 0, 0, 0), v);
        Tensor mixed = TensorInstructions.matmul(0, weights, turned, Tensor.wrap(0));
        uint256 flat = TensorInstructions.tensorType(3, 1, WIDTH);
        Tensor joined = TensorInstructions.reshape(flat, mixed);
        return TensorInstructions.rescale(narrow, joined, 2 ** 30, uint256(int256(-14)));
    }

    /// @dev The mean of a row, in every place of it.
    function mean(Tensor x) private pure returns (Tensor) {
        Tensor sum = TensorInstructions.reduceSum(TensorInstructions.reduceSumAttributes(2, 1, 0), x);
        bytes memory two = hex"02000000";
        uint256 start;
        assembly ("memory-safe") {
            start := add(two, 32)
        }
        Tensor quarter = sum.arithmeticRightShift(TensorInstructions.tmload(TensorInstructions.tensorType(3, 1), start));
        Tensor all = TensorInstructions.tile(TensorInstructions.axisWord(1, WIDTH), quarter);
        return all.minimum(x.maximum(all)).tadd(all.tsub(all));
    }
}
