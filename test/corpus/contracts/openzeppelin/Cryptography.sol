// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {AccountERC7579} from "@openzeppelin/contracts/account/extensions/draft-AccountERC7579.sol";
import {ERC7821} from "@openzeppelin/contracts/account/extensions/draft-ERC7821.sol";
import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {RSA} from "@openzeppelin/contracts/utils/cryptography/RSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";
import {SignerECDSA} from "@openzeppelin/contracts/utils/cryptography/signers/SignerECDSA.sol";
import {
    ERC7913P256Verifier
} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";

contract Signatures is EIP712("Signatures", "2") {
    using ECDSA for bytes32;

    function signer(bytes32 message, bytes calldata signature) external view returns (address) {
        return _hashTypedDataV4(MessageHashUtils.toEthSignedMessageHash(message)).recover(signature);
    }

    function check(address who, bytes32 hash, bytes calldata signature) external view returns (bool) {
        return SignatureChecker.isValidSignatureNow(who, hash, signature);
    }

    function curve(bytes32 h, bytes32 r, bytes32 s, bytes32 x, bytes32 y) external view returns (bool, bool, bytes32) {
        (bytes32 recovered, ) = P256.recovery(h, 0, r, s);
        return (P256.verifySolidity(h, r, s, x, y), P256.verify(h, r, s, x, y), recovered);
    }

    function rsa(bytes32 digest, bytes memory s, bytes memory e, bytes memory n) external view returns (bool) {
        return RSA.pkcs1Sha256(digest, s, e, n);
    }

    function proven(
        bytes32[] calldata proof,
        bool[] calldata flags,
        bytes32 root,
        bytes32[] memory leaves
    ) external pure returns (bool, bool) {
        return (
            MerkleProof.verifyCalldata(proof, root, leaves[0]),
            MerkleProof.multiProofVerifyCalldata(proof, flags, root, leaves)
        );
    }

    function trie(bytes32 root, bytes memory key, bytes[] memory proof) external pure returns (bytes memory) {
        return TrieProof.traverse(root, key, proof);
    }
}

contract Smart is Account, ERC7739, ERC7821, SignerECDSA {
    constructor() EIP712("Smart", "1") SignerECDSA(msg.sender) {}

    function _erc7821AuthorizedExecutor(
        address caller,
        bytes32 mode,
        bytes calldata data
    ) internal view override returns (bool) {
        return caller == address(entryPoint()) || super._erc7821AuthorizedExecutor(caller, mode, data);
    }
}

contract Modular is AccountERC7579, SignerECDSA {
    constructor() SignerECDSA(msg.sender) {}

    function _rawSignatureValidation(
        bytes32 hash,
        bytes calldata signature
    ) internal view override(AccountERC7579, SignerECDSA) returns (bool) {
        return super._rawSignatureValidation(hash, signature);
    }
}

contract Verifier is ERC7913P256Verifier {}
