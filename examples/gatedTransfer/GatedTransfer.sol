// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {INT8, Quantization, Quantizations, shape, Tensor, Tensors} from "tensor-evm/Tensor.sol";

/// @title A vault that holds back what looks like theft
/// @notice Each payment is scored by logistic regression in the middle of the transfer. What is more likely theft than not
/// reverts, whoever holds the owner's key.
contract GatedTransfer {
    /// @notice The payment is too likely to be theft.
    error Refused(uint256 risk, uint256 limit);
    /// @notice The caller is not the owner.
    error NotOwner();
    /// @notice The recipient did not take the payment.
    error PaymentFailed();

    event Paid(address indexed to, uint256 amount, uint256 risk);

    /// @notice From this risk on, in 1/256, a payment is refused.
    uint256 public constant LIMIT = 128;
    uint256 public constant FEATURES = 4;

    /// @dev int8 [1,4]: 1.3 for each percent of the balance, -6.4 for each earlier payment to the recipient, 10 for each
    /// payment today, -0.8 for each quiet hour, all times 10. They make the log-odds in sixteenths: e^(1/16) for each point.
    bytes private constant WEIGHTS = hex"0dc064f8";
    /// @dev Log-odds -2, in 1/160
    int256 private constant BIAS = -320;
    /// @dev int8 [256]: entry q + 128 is 256 / (1 + e^(-q/16)) - 128, rounded and at most 127.
    bytes private constant LOGISTIC =
        hex"8080808080808080808080808080808080808080808080808080808080818181"
        hex"8181818181818181818181818181828282828282828282838383838384848484"
        hex"8585858686868787888888898a8a8b8b8c8d8e8f8f90919293959697989a9b9d"
        hex"9fa0a2a4a6a8aaacafb1b4b6b9bcbfc2c5c8cbcfd2d6d9dde1e4e8ecf0f4f8fc"
        hex"0004080c1014181c1f23272a2e3135383b3e4144474a4c4f515456585a5c5e60"
        hex"6163656668696a6b6d6e6f707171727374757576767778787879797a7a7a7b7b"
        hex"7b7c7c7c7c7d7d7d7d7d7e7e7e7e7e7e7e7e7e7f7f7f7f7f7f7f7f7f7f7f7f7f"
        hex"7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f";

    address public immutable OWNER;
    /// @dev A tenth of the sums: log-odds in sixteenths.
    Quantization private immutable LOG_ODDS;

    uint64 private _lastPaidAt;
    uint64 private _today;
    uint64 private _paidToday;
    mapping(address to => uint256 count) private _paymentsTo;

    constructor() payable {
        OWNER = msg.sender;
        LOG_ODDS = Quantizations.fromScale(1, 10);
        _lastPaidAt = uint64(block.timestamp);
    }

    receive() external payable {}

    /// @notice Pays, unless the payment looks like theft.
    function pay(address payable to, uint256 amount) external {
        if (msg.sender != OWNER) revert NotOwner();
        uint256 risk = riskOf(features(to, amount));
        if (risk >= LIMIT) revert Refused(risk, LIMIT);

        uint64 today = uint64(block.timestamp / 1 days);
        _paidToday = today == _today ? _paidToday + 1 : 1;
        _today = today;
        _lastPaidAt = uint64(block.timestamp);
        _paymentsTo[to]++;

        emit Paid(to, amount, risk);
        (bool isPaid, ) = to.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }

    /// @notice What the risk of a payment depends on, each 0..127.
    /// @return values percent of the balance, earlier payments to the recipient, payments today, hours since the last payment
    function features(address to, uint256 amount) public view returns (int256[] memory values) {
        uint256 balance = address(this).balance;
        bool isToday = block.timestamp / 1 days == _today;
        values = new int256[](FEATURES);
        values[0] = amount < balance ? _limited((amount * 100) / balance, 100) : int256(100);
        values[1] = _limited(_paymentsTo[to], 10);
        values[2] = isToday ? _limited(_paidToday, 20) : int256(0);
        values[3] = _limited((block.timestamp - _lastPaidAt) / 1 hours, 48);
    }

    /// @notice How likely it is that a payment is theft.
    /// @param values as {features} gives them
    /// @return risk 0..255, in 1/256
    function riskOf(int256[] memory values) public view returns (uint256 risk) {
        Tensor x = Tensors.fromArray(values, INT8, shape(1, FEATURES));
        Tensor weights = Tensors.fromBytes(WEIGHTS, INT8, shape(1, FEATURES));
        Tensor logOdds = x.fullyConnected(weights, Tensors.scalar(BIAS), LOG_ODDS);
        Tensor likelihood = logOdds.table(Tensors.fromBytes(LOGISTIC, INT8, shape(256)));
        return uint256(likelihood.get(0) + 128);
    }

    function _limited(uint256 value, uint256 greatest) private pure returns (int256) {
        return int256(value < greatest ? value : greatest);
    }
}
