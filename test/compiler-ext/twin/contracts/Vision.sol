// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {Tensor, TensorInstructions} from "tensor-evm/Tensor.sol";

/// @notice Networks of layers that an argument describes, with weights from code and from a model.
contract Vision {
    enum Kind {
        Convolution,
        Depthwise,
        Transposed,
        Average,
        Maximum,
        Border,
        Flat,
        Dense
    }

    struct Layer {
        Kind kind;
        uint8 kernel;
        uint8 stride;
        uint8 dilation;
        uint8 border;
        uint8 channels;
        int8 zeroPoint;
        bool channelwise;
    }

    struct Place {
        address weights;
        uint256 offset;
        bytes32 model;
    }

    event LayerDone(uint256 indexed index, Kind indexed kind, uint256 typeWord, bytes32 root);
    event Classified(bytes32 indexed network, uint256 class, bytes probabilities);

    error ImageTooSmall(uint256 length, uint256 needed);

    Place private place;
    /// @notice Layers that ran, by kind.
    mapping(Kind kind => uint256 count) public used;
    bytes32[] public roots;

    constructor(address weights, bytes32 model) {
        place = Place(weights, 0, model);
    }

    /// @notice Runs the layers over an image and gives the likeliest class.
    function classify(
        bytes calldata image,
        uint256[4] calldata shape,
        Layer[] calldata layers,
        uint256 form
    ) external returns (uint256 class, bytes memory probabilities) {
        Tensor x = open(image, shape);
        Place memory from = place;
        for (uint256 i; i < layers.length; ++i) {
            Layer memory layer = layers[i];
            Tensor y = pass(layer, x, from);
            // All of the layer's tensors but its result, which is the last one.
            TensorInstructions.tfree(Tensor.unwrap(x), Tensor.unwrap(y) - Tensor.unwrap(x));
            x = y;
            used[layer.kind]++;
            emit LayerDone(i, layer.kind, x.ttype(), bytes32(x.troot()));
        }
        place.offset = from.offset % 512;
        (class, probabilities) = finish(x, from, form);
        if (roots.length < 4) roots.push(bytes32(x.troot()));
        else roots.pop();
        emit Classified(keccak256(abi.encode(layers)), class, probabilities);
    }

    function open(bytes calldata image, uint256[4] calldata shape) private pure returns (Tensor) {
        uint256 length = shape[0] * shape[1] * shape[2] * shape[3];
        if (image.length < length) revert ImageTooSmall(image.length, length);
        uint256 start;
        assembly ("memory-safe") {
            start := image.offset
        }
        uint256 typeWord = TensorInstructions.tensorType(1, shape[0], shape[1], shape[2], shape[3]);
        return TensorInstructions.tcalldataload(typeWord, start);
    }

    function pass(Layer memory layer, Tensor x, Place memory from) private view returns (Tensor) {
        function(Layer memory, Tensor, Place memory) internal view returns (Tensor)[8] memory steps = [
            convolution,
            depthwise,
            transposed,
            average,
            maximum,
            border,
            flat,
            dense
        ];
        return steps[uint256(layer.kind)](layer, x, from);
    }

    function dimension(Tensor x, uint256 axis) private pure returns (uint256) {
        return (x.ttype() >> (16 + 32 * axis)) & 0xffffffff;
    }

    /// @dev The next bytes of the weights, which begin anew before they end.
    function next(Place memory from, uint256 typeWord, uint256 length) private view returns (Tensor) {
        from.offset = (from.offset + length + 7) % 900;
        return TensorInstructions.tcodeload(typeWord, uint160(from.weights), from.offset);
    }

    function biasOf(Layer memory layer, Place memory from) private view returns (Tensor) {
        if (layer.zeroPoint == 0) return Tensor.wrap(0);
        return TensorInstructions.tmodelload(from.model, 1, from.offset % 8, layer.channels);
    }

    function convolution(Layer memory layer, Tensor x, Place memory from) private view returns (Tensor) {
        uint256 inner = dimension(x, 3);
        uint256 groups = layer.channelwise ? inner : 1;
        uint256 typeWord = TensorInstructions.tensorType(1, layer.channels, layer.kernel, layer.kernel, inner / groups);
        Tensor w = next(from, typeWord, uint256(layer.channels) * layer.kernel * layer.kernel * (inner / groups));
        return scaled(layer, TensorInstructions.conv2d(convolutionWord(layer, groups), x, w, biasOf(layer, from)), from);
    }

    function depthwise(Layer memory layer, Tensor x, Place memory from) private view returns (Tensor) {
        uint256 typeWord = TensorInstructions.tensorType(1, layer.kernel, layer.kernel, layer.channels);
        Tensor w = next(from, typeWord, uint256(layer.kernel) * layer.kernel * layer.channels);
        return scaled(layer, TensorInstructions.depthwiseConv2d(depthwiseWord(layer), x, w, biasOf(layer, from)), from);
    }

    function transposed(Layer memory layer, Tensor x, Place memory from) private view returns (Tensor) {
        uint256 inner = dimension(x, 3);
        uint256 typeWord = TensorInstructions.tensorType(1, layer.channels, layer.kernel, layer.kernel, inner);
        Tensor w = next(from, typeWord, uint256(layer.channels) * layer.kernel * layer.kernel * inner);
        return scaled(layer, TensorInstructions.transposeConv2d(transposedWord(layer, x), x, w, biasOf(layer, from)), from);
    }

    function convolutionWord(Layer memory layer, uint256 groups) private pure returns (uint256) {
        return
            TensorInstructions.conv2dAttributes(
                layer.zeroPoint,
                layer.border,
                layer.border,
                layer.border,
                layer.border / 2,
                layer.stride,
                layer.stride,
                layer.dilation,
                1,
                groups
            );
    }

    function depthwiseWord(Layer memory layer) private pure returns (uint256) {
        return
            TensorInstructions.depthwiseConv2dAttributes(
                layer.zeroPoint,
                layer.border,
                0,
                layer.border,
                layer.border,
                1,
                layer.stride,
                layer.dilation,
                layer.dilation
            );
    }

    function transposedWord(Layer memory layer, Tensor x) private pure returns (uint256) {
        return
            TensorInstructions.transposeConv2dAttributes(
                layer.zeroPoint,
                layer.border,
                0,
                layer.stride,
                layer.dilation,
                dimension(x, 1) * layer.stride,
                dimension(x, 2) + layer.kernel
            );
    }

    /// @dev Sums back to int8: by one factor, or by one a channel.
    function scaled(Layer memory layer, Tensor sums, Place memory from) private view returns (Tensor) {
        return layer.channelwise ? scaledByChannel(sums, from) : scaledAlike(layer, sums);
    }

    function scaledAlike(Layer memory layer, Tensor sums) private pure returns (Tensor) {
        uint256 attributes = TensorInstructions.rescaleAttributes(1, 0, 0, 0, 0, layer.zeroPoint, -128, 100);
        return TensorInstructions.rescale(attributes, sums, 1 << 30, uint256(int256(-7)));
    }

    /// @dev Factors packed in one tensor for an odd number of channels, in two for an even one.
    function scaledByChannel(Tensor sums, Place memory from) private view returns (Tensor) {
        uint256 channels = dimension(sums, 3);
        uint256 packed = channels & 1;
        uint256 attributes = TensorInstructions.rescaleAttributes(1, 1 + packed, 1, 0, 0, -1, -100, 127);
        if (packed == 1) {
            Tensor factors = next(from, TensorInstructions.tensorType(3, 2, channels), 8 * channels);
            return TensorInstructions.rescale(attributes, sums, Tensor.unwrap(factors), 0);
        }
        Tensor multipliers = next(from, TensorInstructions.tensorType(3, channels), 4 * channels);
        Tensor shifts = next(from, TensorInstructions.tensorType(1, channels), channels);
        return TensorInstructions.rescale(attributes, sums, Tensor.unwrap(multipliers), Tensor.unwrap(shifts));
    }

    function average(Layer memory layer, Tensor x, Place memory) private pure returns (Tensor) {
        return TensorInstructions.avgPool2d(poolAttributes(layer), x);
    }

    function maximum(Layer memory layer, Tensor x, Place memory) private pure returns (Tensor) {
        return TensorInstructions.maxPool2d(poolAttributes(layer), x);
    }

    function poolAttributes(Layer memory layer) private pure returns (uint256) {
        return
            TensorInstructions.avgPool2dAttributes(
                layer.border,
                0,
                layer.border,
                layer.border,
                layer.kernel,
                layer.kernel,
                layer.stride,
                1
            );
    }

    function border(Layer memory layer, Tensor x, Place memory) private pure returns (Tensor) {
        uint256 around = TensorInstructions.padAttributes(
            layer.zeroPoint,
            0,
            0,
            layer.border,
            1,
            0,
            layer.border,
            0,
            0,
            0,
            0,
            0,
            0
        );
        return TensorInstructions.pad(around, x);
    }

    /// @dev [N,H,W,C] becomes [N,1,1,H*W*C].
    function flat(Layer memory, Tensor x, Place memory) private pure returns (Tensor) {
        uint256 length = dimension(x, 1) * dimension(x, 2) * dimension(x, 3);
        return TensorInstructions.reshape(TensorInstructions.tensorType(1, dimension(x, 0), 1, 1, length), x);
    }

    function dense(Layer memory layer, Tensor x, Place memory from) private view returns (Tensor) {
        uint256 typeWord = TensorInstructions.tensorType(1, layer.channels, dimension(x, 3));
        Tensor w = next(from, typeWord, layer.channels * dimension(x, 3));
        uint256 attributes = TensorInstructions.matmulAttributes(layer.zeroPoint, int256(layer.zeroPoint) / 2);
        return scaled(layer, TensorInstructions.matmul(attributes, x, w, biasOf(layer, from)), from);
    }

    /// @dev Averages over rows and columns, then probabilities of channels.
    function finish(
        Tensor x,
        Place memory from,
        uint256 form
    ) private view returns (uint256 class, bytes memory probabilities) {
        uint256 batch = dimension(x, 0);
        uint256 channels = dimension(x, 3);
        uint256 axes = TensorInstructions.reduceMaxAttributes(6, 0);
        Tensor best = TensorInstructions.reduceMax(axes, x);
        uint256 exponentials = TensorInstructions.tensorType(3, 256);
        Tensor table = TensorInstructions.tmodelload(from.model, 2, 0, 256);
        assert(table.ttype() == exponentials);
        Tensor y = TensorInstructions.softmax(form, best, table);
        uint256 size = form == 0 ? 1 : 2;
        probabilities = new bytes(batch * channels * size + 4);
        uint256 start;
        assembly ("memory-safe") {
            start := add(probabilities, 32)
        }
        // The class first, in a place that the probabilities then cover in part.
        Tensor index = TensorInstructions.argmax(1, best);
        uint256 first = TensorInstructions.axisWord(0);
        index = TensorInstructions.slice(first, TensorInstructions.axisWord(1), first, index);
        index.tmstore(start);
        uint256 word;
        assembly ("memory-safe") {
            word := mload(start)
        }
        class = uint8(word >> 248);
        y.tmstore(start + 2);
    }
}
