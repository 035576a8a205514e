// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {Ownable} from "solady/src/auth/Ownable.sol";
import {OwnableRoles} from "solady/src/auth/OwnableRoles.sol";
import {ERC1155} from "solady/src/tokens/ERC1155.sol";
import {ERC20} from "solady/src/tokens/ERC20.sol";
import {ERC20Votes} from "solady/src/tokens/ERC20Votes.sol";
import {ERC4626} from "solady/src/tokens/ERC4626.sol";
import {ERC6909} from "solady/src/tokens/ERC6909.sol";
import {ERC721} from "solady/src/tokens/ERC721.sol";
import {WETH} from "solady/src/tokens/WETH.sol";
import {LibString} from "solady/src/utils/LibString.sol";
import {ReentrancyGuardTransient} from "solady/src/utils/ReentrancyGuardTransient.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

contract Token is ERC20, OwnableRoles {
    constructor() {
        _initializeOwner(msg.sender);
    }

    function name() public pure override returns (string memory) {
        return "Token";
    }

    function symbol() public pure override returns (string memory) {
        return "TOK";
    }

    function mint(address to, uint256 amount) external onlyOwnerOrRoles(_ROLE_1) {
        _mint(to, amount);
    }
}

contract Voted is ERC20Votes {
    function name() public pure override returns (string memory) {
        return "Voted";
    }

    function symbol() public pure override returns (string memory) {
        return "VTD";
    }
}

contract Art is ERC721, Ownable {
    using LibString for uint256;

    function name() public pure override returns (string memory) {
        return "Art";
    }

    function symbol() public pure override returns (string memory) {
        return "ART";
    }

    function tokenURI(uint256 id) public view override returns (string memory) {
        if (!_exists(id)) revert TokenDoesNotExist();
        return string.concat("ipfs://", id.toString());
    }

    function mint(address to, uint256 id) external payable {
        _mint(to, id);
        _setExtraData(id, uint96(block.number));
    }
}

contract Bag is ERC1155 {
    function uri(uint256 id) public pure override returns (string memory) {
        return LibString.toHexString(id);
    }

    function mint(address to, uint256[] memory ids, uint256[] memory amounts) external {
        _batchMint(to, ids, amounts, "");
    }
}

contract Many is ERC6909 {
    function name(uint256) public pure override returns (string memory) {
        return "Many";
    }

    function symbol(uint256) public pure override returns (string memory) {
        return "MNY";
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "";
    }
}

contract Vault is ERC4626, ReentrancyGuardTransient {
    using SafeTransferLib for address;

    address internal immutable held = address(new WETH());

    function asset() public view override returns (address) {
        return held;
    }

    function name() public pure override returns (string memory) {
        return "Vault";
    }

    function symbol() public pure override returns (string memory) {
        return "VLT";
    }

    function rescue(address token) external nonReentrant {
        token.safeTransferAll(msg.sender);
    }
}
