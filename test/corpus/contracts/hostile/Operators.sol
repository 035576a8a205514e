// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

type Fixed is int256;
type Flags is uint8;

using {add as +, subtract as -, negate as -, multiply as *, less as <, equal as ==, Maths.half} for Fixed global;
using {both as &, either as |, without as ~} for Flags global;
using {divisor, Maths.double} for uint256;

int256 constant ONE = 1e18;
string constant NAME = "operators";

error TooSmall(Fixed value, Flags flags);

event Computed(Fixed indexed value, Flags flags, string name);

function add(Fixed a, Fixed b) pure returns (Fixed) {
    return Fixed.wrap(Fixed.unwrap(a) + Fixed.unwrap(b));
}

function subtract(Fixed a, Fixed b) pure returns (Fixed) {
    return Fixed.wrap(Fixed.unwrap(a) - Fixed.unwrap(b));
}

function negate(Fixed a) pure returns (Fixed) {
    return Fixed.wrap(-Fixed.unwrap(a));
}

function multiply(Fixed a, Fixed b) pure returns (Fixed) {
    return Fixed.wrap((Fixed.unwrap(a) * Fixed.unwrap(b)) / ONE);
}

function less(Fixed a, Fixed b) pure returns (bool) {
    return Fixed.unwrap(a) < Fixed.unwrap(b);
}

function equal(Fixed a, Fixed b) pure returns (bool) {
    return Fixed.unwrap(a) == Fixed.unwrap(b);
}

function both(Flags a, Flags b) pure returns (Flags) {
    return Flags.wrap(Flags.unwrap(a) & Flags.unwrap(b));
}

function either(Flags a, Flags b) pure returns (Flags) {
    return Flags.wrap(Flags.unwrap(a) | Flags.unwrap(b));
}

function without(Flags a) pure returns (Flags) {
    return Flags.wrap(~Flags.unwrap(a));
}

function divisor(uint256 a, uint256 b) pure returns (uint256) {
    return a == 0 ? b : divisor(b % a, a);
}

function free(uint256 a, uint256 b) pure returns (uint256) {
    return free(a ^ b);
}

function free(uint256 a) pure returns (uint256) {
    return a * 12;
}

library Maths {
    function half(Fixed a) internal pure returns (Fixed) {
        return Fixed.wrap(Fixed.unwrap(a) / 2);
    }

    function double(uint256 a) internal pure returns (uint256) {
        return a << 1;
    }
}

contract Calculator {
    mapping(Flags => Fixed) internal kept;

    function polynomial(Fixed x, Fixed[] calldata coefficients) external pure returns (Fixed y) {
        for (uint256 i = coefficients.length; i > 0; --i) y = y * x + coefficients[i - 1];
        if (y < Fixed.wrap(0)) y = -y.half();
    }

    function keep(Flags key, Fixed value) external returns (Fixed old) {
        old = kept[key & ~Flags.wrap(1)];
        if (value == old) revert TooSmall(value, key | Flags.wrap(128));
        kept[key] = value - old;
        emit Computed(value, key, NAME);
    }

    function numbers(uint256 a) external pure returns (uint256, uint256) {
        return (a.double().divisor(a), free(a, 7) + free(a));
    }
}
