// SPDX-License-Identifier: MIT
pragma solidity ^0.8.29;

// Names that are words of Yul or look like those that solc makes up.
contract $ {
    uint256 internal $_;
    uint256 internal immutable object = 1;

    function fun_$_1(uint256 code) internal pure returns (uint256 data) {
        data = code + 1;
    }

    function $$(uint256 $a, uint256 a$) public virtual returns (uint256 $r$) {
        $_ += a$;
        $r$ = fun_$_1($a) + object + hex_(0);
    }

    function hex_(uint256 verbatim) internal pure returns (uint256) {
        return verbatim_2i_1o(verbatim, 1);
    }

    function verbatim_2i_1o(uint256 code, uint256 object_) internal pure returns (uint256) {
        return code ^ object_;
    }
}

contract $_deployed is $ {
    function $$(uint256 fun, uint256 function_) public override returns (uint256) {
        return super.$$(fun, function_) + new code(fun).data();
    }
}

contract code {
    uint256 public immutable data;

    constructor(uint256 object) {
        data = object;
    }

    function leave_(uint256 let_) external pure returns (uint256 switch_) {
        for (uint256 default_; default_ < let_; ++default_) switch_ += default_;
    }
}
