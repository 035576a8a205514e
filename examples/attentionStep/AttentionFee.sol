// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {
    axes,
    INT16,
    INT32,
    INT8,
    NO_BIAS,
    Quantization,
    Quantizations,
    shape,
    Tensor,
    Tensors
} from "tensor-evm/Tensor.sol";
import {DataAccount} from "../DataAccount.sol";

/// @title A trading fee that attends to past trades
/// @notice Remembers the last 32 trades of a pool: eight features of each, and how far the price then moved against the pool.
/// Before the next trade, one step of attention, softmax(q K^T) V, says what trades like it cost the pool; the fee covers it.
/// @dev Features are int8, best within -64..64: each that matches one of the query at full strength adds 1 to the exponent.
contract AttentionFee {
    /// @notice The caller is not the pool.
    error NotPool();

    /// @notice Trades that are remembered.
    uint256 public constant WINDOW = 32;
    /// @notice Features of a trade.
    uint256 public constant FEATURES = 8;
    /// @notice Fee of a trade that is expected to cost nothing, in hundredths of a basis point.
    uint256 public constant BASE_FEE = 500;
    /// @dev e^(-1/16) in Q0.31
    uint256 private constant DECAY = 2017374191;

    /// @notice The pool, which made this contract.
    address public immutable POOL;
    /// @dev Account whose code holds e^(-d/16) for d = 0..255, int32 [256] in Q0.31.
    address private immutable EXPONENTIALS;
    /// @dev From products of features to scores: 16 for each unit of the exponent.
    Quantization private immutable SCORES;
    /// @dev From products of attention, in 1/32768, and moves to hundredths of a basis point.
    Quantization private immutable MOVES;

    /// @dev int8 [32,8], four trades a word
    bytes32[8] private _features;
    /// @dev int8 [1,32]
    bytes32 private _moves;
    uint256 private _trades;

    constructor() {
        POOL = msg.sender;
        SCORES = Quantizations.fromScale(16, 64 * 64);
        MOVES = Quantizations.fromScale(100, 1 << 15).withDType(INT16);
        int256[] memory values = new int256[](256);
        uint256 value = (1 << 31) - 1;
        for (uint256 i; i < values.length; ++i) {
            values[i] = int256(value);
            value = (value * DECAY + (1 << 30)) >> 31;
        }
        EXPONENTIALS = DataAccount.create(Tensors.fromArray(values, INT32, shape(256)).toBytes());
    }

    /// @notice Remembers a trade in place of the oldest.
    /// @param features eight int8
    /// @param move how far the price moved against the pool after the trade, in basis points
    function record(bytes8 features, int8 move) external {
        if (msg.sender != POOL) revert NotPool();
        uint256 place = _trades++ % WINDOW;
        _features[place / 4] = _with(_features[place / 4], bytes32(features), 8, place % 4);
        _moves = _with(_moves, bytes32(bytes1(uint8(move))), 1, place);
    }

    /// @notice Fee of a trade, in hundredths of a basis point.
    /// @param features eight int8
    function quote(bytes8 features) external view returns (uint256) {
        int256 move = expectedMove(features);
        return move > 0 ? BASE_FEE + uint256(move) : BASE_FEE;
    }

    /// @notice How far the price moved against the pool after trades like this one, in hundredths of a basis point.
    /// @param features eight int8
    /// @return 0 where no trade is remembered
    function expectedMove(bytes8 features) public view returns (int256) {
        uint256 trades = _remembered();
        if (trades == 0) return 0;
        Tensor moves = Tensors.fromBytes(abi.encodePacked(_moves), INT8, shape(1, WINDOW));
        moves = moves.slice(axes(0, 0), shape(1, trades));
        return _attention(features, trades).matmul(moves, NO_BIAS, MOVES).get(0);
    }

    /// @notice How much each remembered trade counts, in 1/32768.
    /// @param features eight int8
    /// @return weights by place in the window
    function attention(bytes8 features) external view returns (int256[] memory weights) {
        uint256 trades = _remembered();
        if (trades > 0) weights = _attention(features, trades).toArray();
    }

    /// @dev int16 [1,trades]
    function _attention(bytes8 features, uint256 trades) private view returns (Tensor) {
        Tensor query = Tensors.fromBytes(abi.encodePacked(features), INT8, shape(1, FEATURES));
        Tensor keys = Tensors.fromBytes(abi.encodePacked(_features), INT8, shape(WINDOW, FEATURES)).rows(0, trades);
        Tensor exponentials = Tensors.fromCode(EXPONENTIALS, 1, INT32, shape(256));
        // Form 2: int16 without a zero point.
        return query.matmul(keys, NO_BIAS, SCORES).softmax(exponentials, 2);
    }

    function _remembered() private view returns (uint256) {
        return _trades < WINDOW ? _trades : WINDOW;
    }

    /// @dev A word with one of its parts, of `size` bytes, replaced.
    function _with(bytes32 word, bytes32 part, uint256 size, uint256 index) private pure returns (bytes32) {
        uint256 place = 8 * size * index;
        bytes32 mask = ~(bytes32(type(uint256).max) >> (8 * size)) >> place;
        return (word & ~mask) | (part >> place);
    }
}
