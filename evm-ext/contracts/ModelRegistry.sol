// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

/// @title Model registry
/// @notice Says which models contracts may load with TMODELLOAD. A model is named by its root, which commits to its
/// constants, its program and its size; its bytes are not on the chain.
/// @dev The genesis block places this contract. The EVM reads slot 0 directly, so the storage layout is consensus:
/// slot 0 maps a root to the number of bytes of its constants, slot 1 holds the registrar. A node that lacks the bytes
/// of a registered model stops when a contract loads it, so whoever may register can stop the nodes of the chain.
contract ModelRegistry {
    /// @dev Version of the model format; part of every root.
    uint256 private constant FORMAT_VERSION = 1;

    /// @notice Bytes of the constants of a registered model; 0 for a root that is not registered.
    mapping(bytes32 root => uint256 length) public byteLength;

    /// @notice Who may register models; the zero address lets anyone.
    address public registrar;

    /// @notice A model was registered. Logged once for each root.
    event ModelRegistered(
        bytes32 indexed root,
        bytes32 tensorsRoot,
        bytes32 programRoot,
        uint256 tensorCount,
        uint256 stepCount,
        uint256 byteLength
    );

    /// @notice The registrar handed the registry over.
    event RegistrarChanged(address indexed previous, address indexed current);

    /// @notice The caller is not the registrar.
    error NotRegistrar(address caller);

    /// @notice A model without constants has nothing to load.
    error EmptyModel();

    /// @notice Handing the registry over to the zero address would let anyone register.
    error ZeroRegistrar();

    /// @notice Registers a model. Registering a root again does nothing: the root commits to all that is kept of it.
    /// @param tensorsRoot Root of the tree of the constants' commitments.
    /// @param programRoot Root of the tree of the program's steps.
    /// @param tensorCount Number of constants.
    /// @param stepCount Number of steps.
    /// @param length Bytes of the constants in canonical form, at least 1.
    /// @return root keccak256(abi.encode(1, tensorsRoot, programRoot, tensorCount, stepCount, length)).
    function register(
        bytes32 tensorsRoot,
        bytes32 programRoot,
        uint256 tensorCount,
        uint256 stepCount,
        uint256 length
    ) external returns (bytes32 root) {
        address allowed = registrar;
        if (allowed != address(0) && msg.sender != allowed) revert NotRegistrar(msg.sender);
        if (length == 0) revert EmptyModel();
        root = keccak256(abi.encode(FORMAT_VERSION, tensorsRoot, programRoot, tensorCount, stepCount, length));
        if (byteLength[root] != 0) return root;
        byteLength[root] = length;
        emit ModelRegistered(root, tensorsRoot, programRoot, tensorCount, stepCount, length);
    }

    /// @notice Whether contracts may load this model.
    function isRegistered(bytes32 root) external view returns (bool) {
        return byteLength[root] != 0;
    }

    /// @notice Hands the registry over. Only the registrar may; a registry that is open to anyone stays so.
    /// @param next The new registrar, not zero.
    function setRegistrar(address next) external {
        if (msg.sender != registrar) revert NotRegistrar(msg.sender);
        if (next == address(0)) revert ZeroRegistrar();
        emit RegistrarChanged(registrar, next);
        registrar = next;
    }
}
