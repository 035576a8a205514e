// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {INT32, INT8, shape, Tensor, Tensors} from "tensor-evm/Tensor.sol";
import {DataAccount} from "../DataAccount.sol";

/// @title Labels a vector as its nearest neighbours are labelled
/// @notice A curator registers labelled int8 vectors in batches. A vector then gets the label that most of its K nearest
/// neighbours by Euclidean distance have; of equals, the label of the nearest.
/// @dev A batch is the code of an account: from byte 1 on the vectors, then their labels.
contract NearestNeighbours {
    /// @notice The caller is not the curator.
    error NotCurator();
    /// @notice A batch has at least one vector, and a label of one byte for each.
    error WrongBatch(uint256 vectorBytes, uint256 labelBytes);
    /// @notice Vectors have 1 to 6080 elements, and at least one neighbour votes.
    error WrongSettings(uint256 dimensions, uint256 voters);
    /// @notice Fewer points than neighbours are registered.
    error TooFewPoints(uint256 found, uint256 expected);

    event Registered(uint256 points, address account);

    struct Batch {
        address account;
        uint96 points;
    }

    struct Neighbour {
        int256 distance;
        int256 label;
    }

    /// @dev int32 numbers in 96 leaves of 256 bytes wherever they begin: what a sum may read. Squared distances fit an int32.
    uint256 private constant MAX_DIMENSIONS = 6080;

    /// @notice Who may register points.
    address public immutable CURATOR;
    /// @notice Elements of a vector.
    uint256 public immutable DIMENSIONS;
    /// @notice Neighbours that vote.
    uint256 public immutable NEIGHBOURS;

    Batch[] private _batches;

    /// @param dimensions elements of a vector, 1..6080
    /// @param voters neighbours that vote, at least 1
    constructor(uint256 dimensions, uint256 voters) {
        if (dimensions == 0 || dimensions > MAX_DIMENSIONS || voters == 0) revert WrongSettings(dimensions, voters);
        CURATOR = msg.sender;
        DIMENSIONS = dimensions;
        NEIGHBOURS = voters;
    }

    /// @notice Registers points.
    /// @param vectors int8, one after the other
    /// @param labels int8, one for each vector
    function register(bytes calldata vectors, bytes calldata labels) external {
        if (msg.sender != CURATOR) revert NotCurator();
        if (labels.length == 0 || vectors.length != labels.length * DIMENSIONS)
            revert WrongBatch(vectors.length, labels.length);
        address account = DataAccount.create(abi.encodePacked(vectors, labels));
        _batches.push(Batch(account, uint96(labels.length)));
        emit Registered(labels.length, account);
    }

    /// @notice The label of a vector.
    /// @param vector int8, as long as the registered ones
    /// @return label that most of its nearest neighbours have, of equals the nearest
    function classify(bytes calldata vector) external view returns (int256 label) {
        Neighbour[] memory nearest = neighbours(vector);
        uint256 most;
        for (uint256 i; i < nearest.length; ++i) {
            uint256 votes;
            for (uint256 j; j < nearest.length; ++j) {
                if (nearest[j].label == nearest[i].label) ++votes;
            }
            if (votes > most) (most, label) = (votes, nearest[i].label);
        }
    }

    /// @notice The points nearest to a vector.
    /// @param vector int8, as long as the registered ones
    /// @return nearest squared distances and labels, nearest first; of equals, the one that was registered first
    function neighbours(bytes calldata vector) public view returns (Neighbour[] memory nearest) {
        Tensor query = Tensors.fromCalldata(vector, INT8, shape(1, DIMENSIONS));
        nearest = new Neighbour[](NEIGHBOURS);
        uint256 found;
        for (uint256 i; i < _batches.length; ++i) {
            Batch memory batch = _batches[i];
            Tensor start = Tensors.mark();
            int256[] memory distances = _distances(query, _vectors(batch)).toArray();
            int256[] memory labels = _labels(batch).toArray();
            Tensors.release(start);
            for (uint256 j; j < distances.length; ++j) {
                if (found == NEIGHBOURS && distances[j] >= nearest[found - 1].distance) continue;
                if (found < NEIGHBOURS) ++found;
                _insert(nearest, found - 1, Neighbour(distances[j], labels[j]));
            }
        }
        if (found < NEIGHBOURS) revert TooFewPoints(found, NEIGHBOURS);
    }

    /// @dev Squared distances |q|^2 - 2 q.p + |p|^2 of a vector to many: int32 [1,N].
    function _distances(Tensor query, Tensor vectors) private pure returns (Tensor) {
        Tensor products = query.matmul(vectors);
        return _squares(query) - products - products + _squares(vectors);
    }

    /// @dev Sum of the squares of each row.
    function _squares(Tensor rows) private pure returns (Tensor) {
        Tensor wide = rows.cast(INT32);
        return (wide * wide).reduceSum(1);
    }

    /// @dev Puts a neighbour before those that are farther; the one at `last` is dropped.
    function _insert(Neighbour[] memory nearest, uint256 last, Neighbour memory added) private pure {
        while (last > 0 && nearest[last - 1].distance > added.distance) {
            nearest[last] = nearest[last - 1];
            --last;
        }
        nearest[last] = added;
    }

    function _vectors(Batch memory batch) private view returns (Tensor) {
        return Tensors.fromCode(batch.account, 1, INT8, shape(batch.points, DIMENSIONS));
    }

    function _labels(Batch memory batch) private view returns (Tensor) {
        return Tensors.fromCode(batch.account, 1 + batch.points * DIMENSIONS, INT8, shape(batch.points));
    }
}
