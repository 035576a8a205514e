// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC1363} from "@openzeppelin/contracts/token/ERC20/extensions/ERC1363.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20FlashMint} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20FlashMint.sol";
import {ERC20Pausable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Pausable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC20Wrapper} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Wrapper.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

contract Plain is ERC20("Plain", "PLN"), ERC20Burnable, Ownable {
    constructor() Ownable(msg.sender) {
        _mint(msg.sender, 1e24);
    }
}

contract Votes is ERC20, ERC20Permit, ERC20Votes, AccessControl {
    bytes32 public constant MINTER = keccak256("MINTER");

    constructor() ERC20("Votes", "VOT") ERC20Permit("Votes") {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }

    function mint(address to, uint256 amount) external onlyRole(MINTER) {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}

contract Limited is ERC20Capped, ERC20Pausable, ERC20FlashMint, Ownable {
    constructor() ERC20("Limited", "LIM") ERC20Capped(1e27) Ownable(msg.sender) {}

    function pause() external onlyOwner {
        _pause();
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Capped, ERC20Pausable) {
        super._update(from, to, value);
    }
}

contract Vault is ERC4626, ReentrancyGuard {
    using SafeERC20 for IERC20;

    constructor(IERC20 asset) ERC20("Vault", "VLT") ERC4626(asset) {}

    function sweep(IERC20 token, address to) external nonReentrant {
        token.safeTransfer(to, token.balanceOf(address(this)));
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return 3;
    }
}

contract Wrapped is ERC20Wrapper, ERC1363 {
    constructor(IERC20 token) ERC20("Wrapped", "WRP") ERC20Wrapper(token) {}

    function decimals() public view override(ERC20, ERC20Wrapper) returns (uint8) {
        return super.decimals();
    }
}
