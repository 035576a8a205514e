// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import { Tensor, TensorInstructions } from "tensor-evm/Tensor.sol";

/// @title Pays out only what a classifier lets pass
/// @notice Each payment carries eight int8 features. A linear classifier with the classes "refuse" (0) and "pass" (1) runs
/// in the middle of the transfer; what it refuses reverts.
contract GatedTransfer {
    /// @notice The classifier did not let the payment pass.
    error Refused(int32 refuseScore, int32 passScore);
    error WrongFeatureCount(uint256 found, uint256 expected);
    error PaymentFailed();

    event Paid(address indexed to, uint256 amount);

    uint256 public constant FEATURES = 8;

    /// @dev int8 [2,8]: a row of weights for each class
    bytes private constant WEIGHTS = hex"0302010004fefd01" hex"fdfe010202010304";

    receive() external payable {}

    /// @notice Scores of the classes "refuse" and "pass".
    /// @param features int8, one byte each
    function scores(bytes calldata features) public pure returns (int32 refuseScore, int32 passScore) {
        if (features.length != FEATURES) revert WrongFeatureCount(features.length, FEATURES);
        bytes memory weightBytes = WEIGHTS;
        uint256 source;
        uint256 weightsOffset;
        assembly ("memory-safe") {
            source := features.offset
            weightsOffset := add(weightBytes, 0x20)
        }
        Tensor x = TensorInstructions.tcalldataload(
            TensorInstructions.tensorType(TensorInstructions.INT8, 1, FEATURES),
            source
        );
        Tensor weights = TensorInstructions.tmload(
            TensorInstructions.tensorType(TensorInstructions.INT8, 2, FEATURES),
            weightsOffset
        );
        Tensor result = TensorInstructions.matmul(
            TensorInstructions.matmulAttributes(0, 0),
            x,
            weights,
            Tensor.wrap(0)
        );
        // Two little-endian int32 over the weights, which are not needed any more.
        TensorInstructions.tmstore(result, weightsOffset);
        refuseScore = _int32At(weightBytes, 0);
        passScore = _int32At(weightBytes, 4);
    }

    /// @notice Pays `amount` to `to` if the classifier lets the features pass.
    function pay(address payable to, uint256 amount, bytes calldata features) external {
        (int32 refuseScore, int32 passScore) = scores(features);
        if (passScore <= refuseScore) revert Refused(refuseScore, passScore);
        emit Paid(to, amount);
        (bool paid, ) = to.call{ value: amount }("");
        if (!paid) revert PaymentFailed();
    }

    function _int32At(bytes memory data, uint256 offset) private pure returns (int32) {
        uint32 value;
        for (uint256 i = 0; i < 4; i++) value |= uint32(uint8(data[offset + i])) << uint32(8 * i);
        return int32(value);
    }
}
