// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {
    INT32,
    INT8,
    Quantization,
    Quantizations,
    Shape,
    shape,
    Tensor,
    Tensors,
    Window,
    Windows
} from "tensor-evm/Tensor.sol";

/// @title Pays for digits that are drawn legibly
/// @notice Whoever draws a digit so that the network reads it as that digit, by a clear margin, is paid a reward: once for
/// each digit and account, and once for each drawing.
/// @dev The network is a registered model: three convolutions and a fully connected layer, each with three constants, which
/// are weights, bias and factors. A drawing can be seen before it is in a block; where that matters, ask for a commitment
/// to it first.
contract DigitClassifier {
    /// @notice The network reads another digit.
    error ReadAs(uint256 digit);
    /// @notice Another digit is almost as likely.
    error Illegible(int256 margin, int256 expected);
    /// @notice The account was paid for this digit, or somebody for this drawing.
    error AlreadyPaid();
    /// @notice The reward could not be sent.
    error PaymentFailed();

    event Drawn(address indexed artist, uint256 digit, int256 margin);

    /// @notice Wei for a digit.
    uint256 public constant REWARD = 1000;
    /// @notice Least difference between the two highest scores; four points are about a factor of e in likelihood.
    int256 public constant MARGIN = 20;
    /// @dev Pixels and activations are 0 at -128; the ten scores are 0 at 38.
    int256 private constant ZERO = -128;
    int256 private constant LOGIT_ZERO = 38;

    /// @notice Root of the network.
    bytes32 public immutable MODEL;
    Quantization private immutable HIDDEN;
    Quantization private immutable LOGITS;
    /// @dev Padded, every other row and column.
    Window private immutable HALVED;

    /// @notice Digits that an account was paid for, as bits.
    mapping(address artist => uint256 digits) public paidDigits;
    mapping(bytes32 drawing => bool isPaid) private _paidDrawings;

    /// @param model root of a registered network
    constructor(bytes32 model) payable {
        MODEL = model;
        // Scales are per channel, in the factors of the model.
        Quantization perChannel = Quantizations.fromMultiplier(0, 0).withInputZeroPoint(ZERO);
        HIDDEN = perChannel.withOutputZeroPoint(ZERO).withRelu();
        LOGITS = perChannel.withOutputZeroPoint(LOGIT_ZERO);
        HALVED = Windows.same().withStride(2, 2);
    }

    /// @notice Pays for a drawing of a digit.
    /// @param digit what it shows, 0..9
    /// @param drawing 28 rows of 28 pixels, int8, -128 for paper and 127 for ink
    function claim(uint256 digit, bytes calldata drawing) external {
        (uint256 found, int256 margin) = read(drawing);
        if (found != digit) revert ReadAs(found);
        if (margin < MARGIN) revert Illegible(margin, MARGIN);

        bytes32 id = keccak256(drawing);
        if (_paidDrawings[id] || (paidDigits[msg.sender] >> digit) & 1 != 0) revert AlreadyPaid();
        _paidDrawings[id] = true;
        paidDigits[msg.sender] |= 1 << digit;

        emit Drawn(msg.sender, digit, margin);
        (bool isPaid, ) = msg.sender.call{value: REWARD}("");
        if (!isPaid) revert PaymentFailed();
    }

    /// @notice Reads a drawing.
    /// @param drawing 28 rows of 28 pixels, int8, -128 for paper and 127 for ink
    /// @return digit the most likely one, the lowest of equals
    /// @return margin its score less the next one's
    function read(bytes calldata drawing) public view returns (uint256 digit, int256 margin) {
        Tensor logits = _logits(drawing);
        digit = logits.argmax();
        int256[] memory values = logits.toArray();
        margin = type(int256).max;
        for (uint256 i; i < values.length; ++i) {
            int256 lead = values[digit] - values[i];
            if (i != digit && lead < margin) margin = lead;
        }
    }

    /// @notice Scores of the ten digits, each -128..127.
    /// @param drawing 28 rows of 28 pixels, int8, -128 for paper and 127 for ink
    function scores(bytes calldata drawing) external view returns (int256[] memory) {
        return _logits(drawing).toArray();
    }

    /// @dev int8 [1,10]
    function _logits(bytes calldata drawing) private view returns (Tensor x) {
        x = Tensors.fromCalldata(drawing, INT8, shape(1, 28, 28, 1));
        x = _convolution(x, 0, shape(8, 5, 5, 1));
        x = _convolution(x, 3, shape(16, 3, 3, 8));
        x = _convolution(x, 6, shape(32, 3, 3, 16));
        (Tensor weights, Tensor bias, Tensor factors) = _constants(9, shape(10, 512));
        return x.fullyConnected(weights, bias, LOGITS, factors);
    }

    /// @dev A convolution with a ReLU that halves height and width.
    function _convolution(Tensor x, uint256 index, Shape kernels) private view returns (Tensor) {
        (Tensor weights, Tensor bias, Tensor factors) = _constants(index, kernels);
        return x.conv2d(weights, bias, HALVED, HIDDEN, factors);
    }

    /// @dev Weights of a layer, and the bias and factors that follow them in the model.
    function _constants(uint256 index, Shape dims) private view returns (Tensor weights, Tensor bias, Tensor factors) {
        uint256 outputs = dims.dim(0);
        weights = Tensors.fromModel(MODEL, index, INT8, dims);
        bias = Tensors.fromModel(MODEL, index + 1, INT32, shape(outputs));
        factors = Tensors.fromModel(MODEL, index + 2, INT32, shape(2, outputs));
    }
}
