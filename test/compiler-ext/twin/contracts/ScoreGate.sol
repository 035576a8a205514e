// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";

/// @notice Tensors in and out of `bytes`.
library Bytes {
    function load(bytes memory data, uint256 typeWord) internal pure returns (Tensor) {
        uint256 start;
        assembly ("memory-safe") {
            start := add(data, 32)
        }
        return TensorInstructions.tmload(typeWord, start);
    }

    function store(Tensor tensor, uint256 length) internal pure returns (bytes memory data) {
        data = new bytes(length);
        uint256 start;
        assembly ("memory-safe") {
            start := add(data, 32)
        }
        tensor.tmstore(start);
    }

    /// @notice An int32 of a tensor's canonical form.
    function int32At(bytes memory data, uint256 index) internal pure returns (int32 value) {
        uint256 raw;
        for (uint256 k = 4; k > 0; --k) raw = (raw << 8) | uint8(data[4 * index + k - 1]);
        return int32(uint32(raw));
    }
}

/// @notice What a model that gives scores has to say.
abstract contract Scorer {
    using Bytes for bytes;
    using Bytes for Tensor;

    uint256 internal constant FEATURES = 4;
    uint256 internal constant CLASSES = 3;

    bytes internal weights;
    /// @notice Commitment to the first weights.
    bytes32 public immutable root;
    /// @notice Account with exponentials and activations in its code.
    address internal immutable tables;

    error WrongLength(uint256 length, uint256 expected);

    constructor(bytes memory initialWeights, address tables_) {
        if (initialWeights.length != CLASSES * FEATURES) revert WrongLength(initialWeights.length, CLASSES * FEATURES);
        weights = initialWeights;
        tables = tables_;
        root = bytes32(initialWeights.load(weightsType()).troot());
    }

    function weightsType() internal pure returns (uint256) {
        return TensorInstructions.tensorType(TensorInstructions.INT8, CLASSES, FEATURES);
    }

    function bias() internal view virtual returns (Tensor);

    function logits(Tensor features, int256 zeroPoint) internal view virtual returns (Tensor) {
        Tensor w = weights.load(weightsType());
        uint256 attributes = TensorInstructions.matmulAttributes(zeroPoint, 0);
        return TensorInstructions.matmul(attributes, features, w, bias());
    }
}

/// @notice Adds a bias that depends on how often it was asked, and an activation.
abstract contract BiasedScorer is Scorer {
    uint256 public asked;

    function bias() internal view virtual override returns (Tensor) {
        uint256 typeWord = TensorInstructions.tensorType(TensorInstructions.INT32, CLASSES);
        // Twelve bytes of the tables, a byte further on each time.
        return TensorInstructions.tcodeload(typeWord, uint160(tables), asked % 16);
    }

    function logits(Tensor features, int256 zeroPoint) internal view virtual override returns (Tensor) {
        Tensor sums = super.logits(features, zeroPoint);
        Tensor limited = TensorInstructions.clamp(TensorInstructions.clampAttributes(-2 ** 30, 2 ** 30), sums);
        uint256 attributes = TensorInstructions.rescaleAttributes(1, 0, asked & 1, 0, 0, -3, -128, 127);
        Tensor scaled = TensorInstructions.rescale(attributes, limited, 1431655765, uint256(int256(-24)));
        uint256 typeWord = TensorInstructions.tensorType(TensorInstructions.INT16, 256);
        return scaled.table(TensorInstructions.tcodeload(typeWord, uint160(tables), 1024 + 8 * (asked % 4)));
    }
}

/// @notice Lets through what a model scores highly enough.
contract ScoreGate is BiasedScorer {
    using Bytes for bytes;
    using Bytes for Tensor;

    struct Profile {
        uint64 attempts;
        uint32 failures;
        int32 best;
        uint256 lastHandle;
        bytes32 lastRoot;
    }

    event Scored(address indexed who, uint256 indexed class, int32[] scores, bytes32 root);
    event Refused(address indexed who, bytes reason);
    event Nearest(uint256 indexed index, int32 distance, bytes distances);

    error ScoreTooLow(int256 score, int256 minimum);
    error NotGated();

    mapping(address who => Profile profile) public profiles;
    mapping(address who => uint256 amount) public balances;
    bool private gated;
    // Zero, which the compiler can't know: it refuses what is sure to halt.
    uint256 private never;

    modifier once() {
        if (gated) revert NotGated();
        gated = true;
        _;
        gated = false;
    }

    constructor(bytes memory initialWeights, address tables_) Scorer(initialWeights, tables_) {}

    /// @notice Scores features, and reverts when the best is below a minimum.
    function score(
        bytes calldata features,
        int256 zeroPoint,
        int256 minimum
    ) public returns (int32[] memory scores, uint256 class) {
        if (features.length != FEATURES) revert WrongLength(features.length, FEATURES);
        asked++;
        uint256 start;
        assembly ("memory-safe") {
            start := features.offset
        }
        uint256 typeWord = TensorInstructions.tensorType(TensorInstructions.INT8, 1, FEATURES);
        Tensor outputs = logits(TensorInstructions.tcalldataload(typeWord, start), zeroPoint);
        // As int32, to read it and to find the highest.
        uint256 attributes = TensorInstructions.rescaleAttributes(3, 0, 1, 0, 0, 0, -2 ** 31, 2 ** 31 - 1);
        Tensor wide = TensorInstructions.rescale(attributes, outputs, 2 ** 30, 1);
        bytes memory form = wide.store(4 * CLASSES);
        scores = new int32[](CLASSES);
        for (uint256 i; i < CLASSES; ++i) scores[i] = form.int32At(i);
        class = uint32(TensorInstructions.argmax(1, wide).store(4).int32At(0));

        Profile storage profile = profiles[msg.sender];
        profile.attempts++;
        profile.lastHandle = Tensor.unwrap(wide);
        profile.lastRoot = bytes32(wide.troot());
        if (scores[class] > profile.best) profile.best = scores[class];
        emit Scored(msg.sender, class, scores, profile.lastRoot);
        if (scores[class] < minimum) revert ScoreTooLow(scores[class], minimum);
    }

    /// @notice Scores in a call of its own, so that a failure is only counted.
    function tryScore(bytes calldata features, int256 zeroPoint, int256 minimum, uint256 gasLimit) external once {
        Tensor kept = Bytes.load(features, TensorInstructions.tensorType(1, features.length));
        try this.score{gas: gasLimit}(features, zeroPoint, minimum) returns (int32[] memory scores, uint256 class) {
            balances[msg.sender] += class + scores.length;
        } catch Panic(uint256 code) {
            emit Refused(address(uint160(code)), "panic");
        } catch Error(string memory reason) {
            emit Refused(msg.sender, bytes(reason));
        } catch (bytes memory reason) {
            profiles[address(this)].failures++;
            emit Refused(msg.sender, reason);
        }
        // The tensor of this frame is as it was.
        emit Refused(address(0), kept.store(features.length));
    }

    /// @notice Misuses instructions in one of many ways, in a call of its own or in this one.
    function misuse(uint256 way, bool inside) external returns (uint256 result) {
        if (!inside) return this.misused(way);
        try this.misused(way) returns (uint256 value) {
            result = value;
        } catch (bytes memory reason) {
            result = uint256(keccak256(reason));
            emit Refused(msg.sender, reason);
        }
        unchecked {
            profiles[msg.sender].failures -= uint32(way);
        }
    }

    function misused(uint256 way) external returns (uint256) {
        balances[address(this)] += way;
        Tensor a = Bytes.load(hex"0102030405060708", TensorInstructions.tensorType(3, 2));
        Tensor b = Bytes.load(hex"010203", TensorInstructions.tensorType(1 + never, 3));
        if (way == 0) return Tensor.unwrap(a.tadd(b));
        if (way == 1) return Tensor.unwrap(a.tadd(Tensor.wrap(profiles[msg.sender].lastHandle)));
        if (way == 2) return Tensor.wrap(never).ttype();
        if (way == 3) return Tensor.wrap(3 + never).ttype();
        if (way == 4) {
            TensorInstructions.tfree(1, 1 + never);
            return a.ttype();
        }
        if (way == 5) TensorInstructions.tfree(2, 2 + never);
        if (way == 6) TensorInstructions.tfree(never, 1);
        if (way == 7) return Tensor.unwrap(TensorInstructions.clamp((1 + never) << 64, a));
        if (way == 8) return Tensor.unwrap(TensorInstructions.reshape(TensorInstructions.tensorType(3, 3 + never), a));
        if (way == 9) return Tensor.unwrap(TensorInstructions.tmload(0x0201 + never, 0));
        if (way == 10) return Tensor.unwrap(TensorInstructions.tmodelload(bytes32(way), 0, 0, 1));
        if (way == 11) return TensorInstructions.tensorType(way, never);
        if (way == 12) return TensorInstructions.rescaleAttributes(1, 4 + never, 0, 0, 0, 0, 0, 0);
        if (way == 13) for (uint256 i; i < 60; ++i) a.tadd(a);
        if (way == 14) {
            uint256 doubled = TensorInstructions.axisWord(2);
            for (uint256 i; i < 16; ++i) {
                Tensor wider = TensorInstructions.tile(doubled, a);
                TensorInstructions.tfree(Tensor.unwrap(a), 1);
                a = wider;
            }
        }
        if (way == 15) return this.misused(16);
        require(way != 17, "way 17");
        assert(way != 18);
        if (way == 19) revert ScoreTooLow(int256(TensorInstructions.tspace()), int256(a.ttype()));
        // Of no tensor: nothing to free, and what the arena has.
        TensorInstructions.tfree(2, 0);
        uint256 left = TensorInstructions.tspace();
        return left ^ (Tensor.unwrap(b.maximum(b)) << 64);
    }

    /// @notice Moves the weights by a change of each, within int8.
    function train(bytes calldata change, uint8 shift) external {
        if (change.length != CLASSES * FEATURES) revert WrongLength(change.length, CLASSES * FEATURES);
        uint256 typeWord = weightsType();
        uint256 widen = TensorInstructions.rescaleAttributes(3, 0, 0, 4, 0, 0, -2 ** 31, 2 ** 31 - 1);
        uint256 narrow = TensorInstructions.rescaleAttributes(1, 0, 0, 0, 0, 0, -128, 127);
        Tensor before = TensorInstructions.rescale(widen, weights.load(typeWord), 2 ** 30, 1);
        Tensor added = TensorInstructions.rescale(widen, Bytes.load(change, typeWord), 2 ** 30, 1);
        uint256 scalar = TensorInstructions.tensorType(TensorInstructions.INT32, 1);
        Tensor places = Bytes.load(abi.encodePacked(shift, uint24(0)), scalar);
        Tensor sum = before.tadd(added.arithmeticRightShift(places));
        weights = TensorInstructions.rescale(narrow, sum, 2 ** 30, uint256(int256(-3))).store(weights.length);
    }

    /// @notice The point nearest to a query, by squared distance, the first of equals.
    function nearest(bytes calldata points, bytes calldata query, uint256 dimensions) external returns (uint256 index) {
        require(dimensions > 0 && query.length == 4 * dimensions && points.length % query.length == 0, "lengths");
        uint256 count = points.length / query.length;
        Tensor all = Bytes.load(points, TensorInstructions.tensorType(3, count, dimensions));
        Tensor one = Bytes.load(query, TensorInstructions.tensorType(3, dimensions));
        Tensor difference = all.tsub(one);
        Tensor square = TensorInstructions.tmul(TensorInstructions.tmulAttributes(4), difference, difference);
        TensorInstructions.tfree(Tensor.unwrap(all), 3);
        Tensor sums = TensorInstructions.reduceSum(TensorInstructions.reduceSumAttributes(2, 0, 0), square);
        // Zero minus a distance is largest where the distance is least.
        bytes memory distances = sums.store(4 * count);
        Tensor negative = sums.tsub(sums).tsub(sums);
        index = uint32(TensorInstructions.argmax(TensorInstructions.argmaxAttributes(0), negative).store(4).int32At(0));
        int32 least = TensorInstructions.reduceMin(1, sums).store(4).int32At(0);
        assert(least == distances.int32At(index) || distances.int32At(index) == type(int32).min);
        emit Nearest(index, least, distances);
    }
}
